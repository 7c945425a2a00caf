internal import Commerce
internal import HTTPServer
internal import Primitives

/// How Stripe writes things.
enum SimulatorStripeText {
    static func bytes(_ write: (inout JSONWriter) -> Void) -> [UInt8] { SimulatorTossText.bytes(write) }

    private static func status(_ payment: SimulatorPayment) -> String {
        switch payment.state {
        case .ready, .aborted: "requires_payment_method"
        case .inProgress: "requires_capture"
        case .waitingForDeposit: "processing"
        case .done, .partlyCanceled: "succeeded"
        case .canceled: payment.isCaptured ? "succeeded" : "canceled"
        case .expired: "canceled"
        }
    }

    static func chargeKey(_ payment: SimulatorPayment) -> String { "ch_" + payment.key.dropFirst(3) }

    static func intent(_ payment: SimulatorPayment, isExpanded: Bool, to writer: inout JSONWriter) {
        let isAuthorized = payment.authenticatedAt != nil
        writer.object { writer in
            writer.member("id", payment.key)
            writer.member("object", "payment_intent")
            writer.member("amount", payment.total.amount)
            writer.member("amount_capturable", payment.state == .inProgress ? payment.total.amount : 0)
            writer.member("amount_received", payment.isCaptured ? payment.total.amount : 0)
            writer.member("capture_method", "manual")
            writer.member("client_secret", payment.secret)
            writer.member("created", Int64(payment.requestedAt.unixSeconds))
            writer.member("currency", payment.total.currency.rawValue.lowercased())
            writer.member("status", self.status(payment))
            writer.name("latest_charge")
            if isAuthorized {
                if isExpanded { self.charge(payment, to: &writer) } else { writer.string(self.chargeKey(payment)) }
            } else {
                writer.null()
            }
            self.metadata(payment.metadata, to: &writer)
            writer.name("last_payment_error")
            if let code = payment.failureCode {
                self.error("card_error", code, nil, to: &writer)
            } else {
                writer.null()
            }
        }
    }

    /// As many refunds stand in a charge; the others are listed alone.
    static let chargeRefundCountMax = 10

    static func charge(_ payment: SimulatorPayment, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", self.chargeKey(payment))
            writer.member("object", "charge")
            writer.member("amount", payment.total.amount)
            writer.member("amount_refunded", payment.canceledAmount)
            writer.member("captured", payment.isCaptured)
            writer.member("created", Int64((payment.approvedAt ?? payment.requestedAt).unixSeconds))
            writer.member("currency", payment.total.currency.rawValue.lowercased())
            writer.member("disputed", payment.dispute != nil)
            writer.member("payment_intent", payment.key)
            writer.name("payment_method_details")
            writer.object { writer in
                writer.member("type", "card")
                writer.name("card")
                writer.object { writer in
                    writer.member("brand", "visa")
                    writer.member("last4", "4242")
                }
            }
            writer.name("refunds")
            writer.object { writer in
                writer.member("object", "list")
                writer.member("has_more", payment.cancels.count > self.chargeRefundCountMax)
                writer.name("data")
                writer.array { writer in
                    for cancel in payment.cancels.prefix(self.chargeRefundCountMax) {
                        self.refund(cancel, of: payment, to: &writer)
                    }
                }
            }
        }
    }

    static func refund(_ cancel: SimulatorCancel, of payment: SimulatorPayment, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", cancel.key)
            writer.member("object", "refund")
            writer.member("amount", cancel.amount)
            writer.member("charge", self.chargeKey(payment))
            writer.member("created", Int64(cancel.at.unixSeconds))
            writer.member("currency", payment.total.currency.rawValue.lowercased())
            writer.member("payment_intent", payment.key)
            writer.member("reason", "requested_by_customer")
            writer.member("status", cancel.state == .done ? "succeeded" : "failed")
            if cancel.state == .failed { writer.member("failure_reason", "lost_or_stolen_card") }
            self.metadata(cancel.metadata, to: &writer)
        }
    }

    static func dispute(_ payment: SimulatorPayment) -> [UInt8] {
        self.bytes { writer in
            if let dispute = payment.dispute { self.dispute(dispute, of: payment, to: &writer) } else { writer.null() }
        }
    }

    static func dispute(_ dispute: SimulatorDispute, of payment: SimulatorPayment, to writer: inout JSONWriter) {
        let currency = payment.total.currency.rawValue.lowercased()
        writer.object { writer in
            writer.member("id", dispute.key)
            writer.member("object", "dispute")
            writer.member("amount", dispute.amount)
            writer.member("currency", currency)
            writer.member("charge", self.chargeKey(payment))
            writer.member("payment_intent", payment.key)
            writer.member("status", dispute.state == .open ? "needs_response" : dispute.state.rawValue)
            writer.name("balance_transactions")
            writer.array { writer in
                for amount in dispute.state == .won ? [-dispute.amount, dispute.amount] : [-dispute.amount] {
                    writer.object { writer in
                        writer.member("object", "balance_transaction")
                        writer.member("type", "adjustment")
                        writer.member("amount", amount)
                        writer.member("currency", currency)
                    }
                }
            }
        }
    }

    /// `object` is JSON already.
    static func event(id: String, type: String, object: [UInt8], at time: WallClock) -> [UInt8] {
        let head = self.bytes { writer in
            writer.object { writer in
                writer.member("id", id)
                writer.member("object", "event")
                writer.member("api_version", StripeSettings.version)
                writer.member("created", Int64(time.unixSeconds))
                writer.member("type", type)
            }
        }
        return head.dropLast() + Array(#","data":{"object":"#.utf8) + object + Array("}}".utf8)
    }

    static func balance(_ movement: SimulatorMovement, to writer: inout JSONWriter) {
        let (sign, kind) = (movement.kind.sign, movement.kind)
        writer.object { writer in
            writer.member("id", movement.key)
            writer.member("object", "balance_transaction")
            writer.member("amount", sign * movement.amount.amount)
            writer.member("currency", movement.amount.currency.rawValue.lowercased())
            // Stripe keeps its fee when money is given back.
            writer.member("fee", kind == .capture ? movement.fee : 0)
            writer.member("created", Int64(movement.at.unixSeconds))
            writer.member("type", self.type(of: kind).movement)
            writer.name("source")
            writer.object { writer in
                writer.member("object", self.type(of: kind).source)
                writer.member("payment_intent", movement.paymentKey)
            }
        }
    }

    private static func type(of kind: SimulatorMovement.Kind) -> (movement: String, source: String) {
        switch kind {
        case .capture: ("charge", "charge")
        case .refund, .captureReversed: ("refund", "refund")
        case .refundReversed: ("refund_failure", "refund")
        case .dispute, .disputeReversed: ("adjustment", "dispute")
        }
    }

    static func list(hasMore: Bool, url: String, _ rows: (inout JSONWriter) -> Void) -> [UInt8] {
        self.bytes { writer in
            writer.object { writer in
                writer.member("object", "list")
                writer.member("url", url)
                writer.member("has_more", hasMore)
                writer.name("data")
                writer.array(rows)
            }
        }
    }

    static func error(_ type: String, _ code: String?, _ declineCode: String?, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("type", type)
            if let code { writer.member("code", code) }
            if let declineCode { writer.member("decline_code", declineCode) }
            writer.member("message", "simulated: \(code ?? type)")
        }
    }

    static func errorBody(_ type: String, _ code: String?, _ declineCode: String? = nil) -> [UInt8] {
        self.bytes { writer in
            writer.object { writer in
                writer.name("error")
                self.error(type, code, declineCode, to: &writer)
            }
        }
    }

    private static func metadata(_ metadata: [String: String], to writer: inout JSONWriter) {
        writer.name("metadata")
        writer.object { writer in
            for name in metadata.keys.sorted() {
                writer.name(name)
                writer.string(metadata[name] ?? "")
            }
        }
    }
}
