internal import Commerce
package import HTTPServer
internal import Primitives

/// The routes of payments. Those that buyers know without a prefix have both paths.
package enum PaymentRoutes {
    package static var table: [HTTPServiceRoute<PaymentService>] {
        self.paying + self.looking + self.ending + RefundRoutes.table + SettlementRoutes.table
    }

    package static let tag = "payments"
    static let prefix = "/api/v1"
    /// None of the bodies comes near; a webhook has a limit of its own.
    static let bodyByteCountMax = 16 * 1024

    static let away = HTTPProblemDescription(
        .serviceUnavailable, "overloaded", "database-unavailable", saysWhenToRetry: true)
    static let companyAway = HTTPProblemDescription(
        .serviceUnavailable, "pg-unavailable", "payment-company-gone", "overloaded", "database-unavailable",
        saysWhenToRetry: true)
    static let invalidInput = HTTPProblemDescription(.badRequest, "invalid-request")
    static let badPage = HTTPProblemDescription(.badRequest, "invalid-cursor", "invalid-request")
    static let missing = HTTPProblemDescription(.notFound, "not-found")

    static func id(_ about: String) -> HTTPParameterDescription {
        HTTPParameterDescription(.path, "id", .integer(1...Int64.max), about: about)
    }

    static func pages<Item: JSONEncodable>(of item: Item) -> [Page<Item>] {
        [Page(items: [item], next: PageCursor("example", .number(17))), Page(items: [item], next: nil)]
    }

    // MARK: Paying

    private static var paying: [HTTPServiceRoute<PaymentService>] {
        let begin = HTTPServiceRoute<PaymentService>(
            .post, self.prefix + "/payment", access: .member, bodyByteCountMax: self.bodyByteCountMax,
            self.beginDescription
        ) { service in .concurrent { request, _ in try await service.begin(request) } }
        let confirm = HTTPServiceRoute<PaymentService>(
            .post, self.prefix + "/payment/{id}/confirm", access: .member, bodyByteCountMax: self.bodyByteCountMax,
            self.confirmDescription
        ) { service in .concurrent { request, values in try await service.confirm(request, values) } }
        let webhook = HTTPServiceRoute<PaymentService>(
            .post, self.prefix + "/payment/webhook/{gateway}", access: .anyone,
            bodyByteCountMax: PaymentLimits().webhookByteCountMax, self.webhookDescription
        ) { service in .concurrent { request, values in try await service.webhook(request, values) } }
        return [begin, begin.alias("/payment"), confirm, webhook]
    }

    private static var beginDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Begin to pay for a reservation", korean: "결제 시작", tag: self.tag,
            details: HTTPWording(
                "The amount is that of the reservation, less what a code takes off. To begin again at the same price "
                    + "goes on with the payment that was begun. What costs nothing is paid at once. An account number "
                    + "is to be good for `checkout.depositHours` hours at most: for one that is good for longer no "
                    + "seats are kept.",
                korean: "결제 금액은 예매 금액에서 할인액을 뺀 금액으로 서버가 정합니다. 같은 금액으로 다시 요청하면 이미 시작된 결제를 "
                    + "이어서 진행하며, 금액이 0이면 바로 완료됩니다. 가상계좌의 입금 기한은 checkout.depositHours 시간을 넘을 수 없으며, "
                    + "넘으면 좌석이 유지되지 않습니다."),
            takes: BeginPaymentInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .created, "The payment, and how to go on with it.",
                    examples: PaymentAnswer.examples, named: "Payment"),
                HTTPAnswerDescription(
                    .accepted, "It was decided by the simulator, whose answer is not known yet.",
                    examples: PaymentAnswer.examples, named: "Payment"),
            ],
            problems: [
                HTTPProblemDescription(.paymentRequired, "payment-declined"), self.missing,
                HTTPProblemDescription(
                    .conflict, "payment-in-progress", "already-paid", "invalid-state", "promotion-used-up",
                    "promotion-limit"),
                HTTPProblemDescription(.gone, "hold-expired"),
                HTTPProblemDescription(.unprocessableContent, "promotion-invalid"), self.invalidInput,
                self.companyAway,
            ], options: .idempotencyKey)
    }

    private static var confirmDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "Take the money of a payment that the buyer has authorised", korean: "결제 승인", tag: self.tag,
            details: HTTPWording(
                "To ask again is harmless: the answer is what became of it. 202 says that it is not known yet; look at "
                    + "the payment until it is.",
                korean: "여러 번 요청해도 한 번만 결제됩니다. 202는 아직 결과를 알 수 없다는 뜻이므로 결제를 다시 조회하세요."),
            parameters: [self.id("The payment.")], takes: ConfirmPaymentInput.schema,
            answers: [
                HTTPAnswerDescription(
                    .ok, "Paid, with the tickets.", examples: PaymentAnswer.examples, named: "Payment"),
                HTTPAnswerDescription(
                    .accepted, "Not known yet, or a transfer is awaited.",
                    examples: PaymentAnswer.examples, named: "Payment"),
            ],
            problems: [
                HTTPProblemDescription(.paymentRequired, "payment-declined"), self.missing,
                HTTPProblemDescription(.conflict, "payment-in-progress", "invalid-state"),
                HTTPProblemDescription(.gone, "hold-expired"),
                HTTPProblemDescription(.unprocessableContent, "amount-mismatch"), self.invalidInput, self.companyAway,
            ], options: .idempotencyKey)
    }

    private static var webhookDescription: HTTPRouteDescription {
        HTTPRouteDescription(
            "For payment companies: something has happened", korean: "결제사 웹훅", tag: self.tag,
            details: HTTPWording(
                "It is taken for a hint: what happened is read from the company.",
                korean: "내용은 참고로만 사용하고 실제 상태는 결제사에 다시 조회합니다."),
            parameters: [HTTPParameterDescription(.path, "gateway", .string(), about: "The company's name.")],
            answers: [HTTPAnswerDescription(.ok, "It is stored, or of no interest.")],
            problems: [
                HTTPProblemDescription(.badRequest, "invalid-webhook"), self.missing,
                HTTPProblemDescription(.contentTooLarge, "too-large"), self.away,
            ])
    }

    // MARK: Looking

    private static var looking: [HTTPServiceRoute<PaymentService>] {
        let look = HTTPServiceRoute<PaymentService>(
            .get, self.prefix + "/payment/{id}", access: .member,
            HTTPRouteDescription(
                "See a payment", korean: "결제 조회", tag: self.tag, parameters: [self.id("The payment.")],
                answers: [
                    HTTPAnswerDescription(
                        .ok, "The payment.",
                        examples: PaymentAnswer.examples, named: "Payment")
                ], problems: [self.missing, self.away])
        ) { service in .concurrent { request, values in try await service.look(request, values) } }
        let list = HTTPServiceRoute<PaymentService>(
            .get, self.prefix + "/payment", access: .member,
            HTTPRouteDescription(
                "One's payments", korean: "내 결제 목록", tag: self.tag,
                answers: [
                    HTTPAnswerDescription(
                        .ok, "Latest first.", examples: self.pages(of: PaymentAnswer(payment: .completed)),
                        named: "Payments")
                ], problems: [self.badPage, self.away], options: .pages)
        ) { service in .concurrent { request, _ in try await service.list(request) } }
        let admin = HTTPServiceRoute<PaymentService>(
            .get, self.prefix + "/admin/payments", access: .manager,
            HTTPRouteDescription(
                "All payments", korean: "전체 결제 목록", tag: self.tag,
                parameters: [
                    HTTPParameterDescription(.query, "status", JSONSchema.choice(of: PaymentStatus.self).kind),
                    HTTPParameterDescription(.query, "reservationId", .integer(1...Int64.max)),
                ],
                answers: [
                    HTTPAnswerDescription(
                        .ok, "Latest first.",
                        examples: self.pages(of: PaymentAnswer(payment: .completed, isForManager: true)),
                        named: "AllPayments")
                ], problems: [self.badPage, self.away], options: .pages)
        ) { service in .concurrent { request, _ in try await service.listForManager(request) } }
        return [look, list, self.methods, admin]
    }

    private static var methods: HTTPServiceRoute<PaymentService> {
        HTTPServiceRoute(
            .get, self.prefix + "/payment/methods", access: .member,
            HTTPRouteDescription(
                "How one can pay", korean: "결제 수단 조회", tag: self.tag,
                answers: [
                    HTTPAnswerDescription(
                        .ok, "What `method` of a new payment can be.",
                        examples: [PaymentMethodsAnswer(methods: GatewayOrder.Method.allCases)],
                        named: "PaymentMethods")
                ])
        ) { service in .concurrent { _, _ in service.methods() } }
    }

    private static var ending: [HTTPServiceRoute<PaymentService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/payment/{id}/cancel", access: .member,
                HTTPRouteDescription(
                    "Wait for a transfer no longer", korean: "입금 대기 취소", tag: self.tag,
                    details: HTTPWording(
                        "The seats are held a little longer for another way to pay. Money that comes all the same is "
                            + "dealt with like any that comes late.",
                        korean: "다른 방법으로 결제할 수 있도록 좌석은 잠시 더 유지됩니다. 취소 후 입금된 금액은 늦은 결제로 처리됩니다."),
                    parameters: [self.id("The payment.")],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The payment.", examples: PaymentAnswer.examples, named: "Payment")
                    ],
                    problems: [self.missing, HTTPProblemDescription(.conflict, "invalid-state"), self.away],
                    options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.cancelDeposit(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/admin/payments/{id}/give-up", access: .manager,
                bodyByteCountMax: self.bodyByteCountMax,
                HTTPRouteDescription(
                    "End a payment of which nobody can find out what became", korean: "확인 불가 결제 종료", tag: self.tag,
                    details: HTTPWording(
                        "Once ten minutes have gone by; at once where a transfer is awaited. Money that turns out to "
                            + "be there later is dealt with like any that comes late.",
                        korean: "요청 후 10분이 지나야 가능하고 입금 대기 중이면 바로 가능하며, 나중에 결제된 것으로 확인되면 늦은 결제로 처리됩니다."),
                    parameters: [self.id("The payment.")], takes: NoteInput.schema,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The payment.", examples: PaymentAnswer.examples, named: "Payment")
                    ],
                    problems: [
                        self.missing, self.invalidInput, HTTPProblemDescription(.conflict, "invalid-state"), self.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.giveUp(request, values) } },
        ]
    }
}
