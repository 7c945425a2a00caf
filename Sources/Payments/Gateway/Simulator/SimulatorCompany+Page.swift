internal import Commerce
internal import HTTPClient
internal import HTTPServer
internal import Primitives

/// The page that a buyer pays on: three buttons, no script, both languages.
extension SimulatorCompany {
    func page(_ request: HTTPRequest, _ key: String?) -> HTTPResponse {
        let (found, approvesAtOnce) = self.withBank { bank, now in
            bank.advance(to: now)
            return (key.flatMap { bank.payments[$0] }, bank.settings.approvesAtOnce)
        }
        guard let payment = found else { return HTTPProblem.notFound.response(for: request) }
        guard approvesAtOnce, payment.state == .ready || payment.state == .inProgress else {
            return SimulatorPage.response(.ok, payment)
        }
        do throws(HTTPProblem) {
            return try self.decide("approve", payment.key, Self.returns(request))
        } catch { return error.response(for: request) }
    }

    func decide(_ request: HTTPRequest, _ key: String?) throws(HTTPProblem) -> HTTPResponse {
        try self.decide(try request.decodeForm().single("decision") ?? "", key, Self.returns(request))
    }

    private func decide(
        _ decision: String, _ key: String?, _ returns: SimulatorPage.Returns
    ) throws(HTTPProblem) -> HTTPResponse {
        let location = try self.withBank { bank, now throws(HTTPProblem) in
            guard let key, let payment = bank.payments[key] else { throw .notFound }
            do throws(SimulatorFault) {
                switch decision {
                case "approve":
                    let payment = try bank.authenticate(key, at: now)
                    return SimulatorPage.successLocation(payment, returns)
                case "decline":
                    try bank.decline(key, code: "REJECT_CARD_COMPANY", at: now)
                    return SimulatorPage.failLocation(payment, "REJECT_CARD_COMPANY", "simulated refusal", returns)
                case "close":
                    return SimulatorPage.failLocation(payment, "PAY_PROCESS_CANCELED", "closed by the buyer", returns)
                case "deposit":
                    try bank.deposit(key, at: now)
                    return bank.settings.pageBase + key
                default: throw .toss("INVALID_REQUEST")
                }
            } catch { throw HTTPProblem(.conflict, code: "simulator-too-late") }
        }
        var response = HTTPResponse(.seeOther)
        do throws(HTTPFieldError) {
            try response.fields.append(.location, checking: location)
        } catch { throw HTTPProblem(.conflict, code: "simulator-no-way-back") }
        return response
    }

    /// Where the browser goes back to, for a payment that does not know it itself (Stripe).
    private static func returns(_ request: HTTPRequest) -> SimulatorPage.Returns {
        let query = Self.query(request)
        func url(_ name: String) -> String? { query?.all(name).first.flatMap { HTTPClientURL($0)?.text } }
        return SimulatorPage.Returns(success: url("success"), fail: url("fail"))
    }
}

enum SimulatorPage {
    struct Returns: Sendable {
        let success: String?
        let fail: String?
    }

    static func successLocation(_ payment: SimulatorPayment, _ returns: Returns) -> String {
        switch payment.company {
        case .toss:
            return self.location(
                payment.successURL,
                [
                    ("paymentKey", payment.key), ("orderId", payment.orderID), ("amount", self.amount(payment.total)),
                    ("paymentType", "NORMAL"),
                ])
        case .stripe:
            return self.location(
                returns.success ?? payment.successURL,
                [
                    ("payment_intent", payment.key), ("payment_intent_client_secret", payment.secret),
                    ("redirect_status", "succeeded"), ("orderId", payment.orderID),
                ])
        }
    }

    /// A closed window is told of without the order, as Toss does.
    static func failLocation(
        _ payment: SimulatorPayment, _ code: String, _ message: String, _ returns: Returns
    ) -> String {
        var pairs = [("code", code), ("message", message)]
        if code != "PAY_PROCESS_CANCELED" { pairs.append(("orderId", payment.orderID)) }
        return self.location(payment.company == .toss ? payment.failURL : returns.fail ?? payment.failURL, pairs)
    }

    private static func location(_ url: String, _ pairs: [(String, String)]) -> String {
        let text = FormText.encode(pairs.map { (name: $0.0, value: $0.1) })
        return url + (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + text
    }

    private static func amount(_ money: Money) -> String {
        String(decoding: SimulatorTossText.bytes { GatewayAmount.writeMajor(money, to: &$0) }, as: UTF8.self)
    }

    static func response(_ status: HTTPStatus, _ payment: SimulatorPayment) -> HTTPResponse {
        var html = self.head
        html += "<p>\(self.escape(payment.orderName))</p>\n"
        html += "<p class=\"turn\">\(self.grouped(self.amount(payment.total))) \(payment.total.currency.rawValue)</p>\n"
        html += "<p class=\"quiet\"><small>\(self.escape(payment.orderID))</small></p>\n"
        let buttons: [(value: String, korean: String, english: String)]
        switch payment.state {
        case .ready, .inProgress:
            buttons = [("approve", "결제하기", "Pay"), ("decline", "카드 거절", "Decline"), ("close", "닫기", "Close")]
        case .waitingForDeposit:
            html += "<p>입금 계좌 <span lang=\"en\">Account</span>: <code>\(payment.accountNumber)</code></p>\n"
            buttons = [("deposit", "입금하기", "Deposit")]
        case .done, .partlyCanceled, .canceled, .aborted, .expired: buttons = []
        }
        if buttons.isEmpty {
            html += "<p>끝난 결제입니다. <span lang=\"en\">This payment is over.</span></p>\n"
        } else {
            // Without an action it is sent to the page's own address, with what stands behind it.
            html += "<form class=\"ways\" method=\"post\">\n"
            for (place, button) in buttons.enumerated() {
                let look = place == 0 ? "button" : "plain"
                html += "<button class=\"\(look)\" name=\"decision\" value=\"\(button.value)\">\(button.korean) "
                html += "<span lang=\"en\">\(button.english)</span></button>\n"
            }
            html += "</form>\n"
        }
        html += "</section>\n</main>\n</body>\n</html>\n"
        var response = HTTPResponse(status, body: .bytes(Array(html.utf8)))
        response.fields.append(.contentType, "text/html; charset=utf-8")
        // The form leads back to the shop, wherever that is.
        response.fields.append(
            .contentSecurityPolicy,
            """
            default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action *; \
            frame-ancestors 'none'
            """)
        return response
    }

    /// In the shop's clothes, so that a demo is one piece.
    private static let head = """
        <!doctype html>
        <html lang="ko">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>결제 시뮬레이터 · Payment simulator</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/podo.css">
        <link rel="stylesheet" href="/pages.css">
        </head>
        <body>
        <main>
        <h1>결제 시뮬레이터 <span lang="en">Payment simulator</span></h1>
        <p class="quiet">돈은 나가지 않습니다. <span lang="en">Nothing is charged here.</span></p>
        <section class="card done">

        """

    /// `99000` as `99,000`.
    private static func grouped(_ amount: String) -> String {
        let digits = amount.prefix { $0 != "." }
        let whole = digits.enumerated().map { place, digit in
            place > 0 && (digits.count - place) % 3 == 0 ? ",\(digit)" : "\(digit)"
        }
        return whole.joined() + amount.dropFirst(digits.count)
    }

    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
