internal import HTTPServer
internal import Primitives

/// The routes of money that goes back.
enum RefundRoutes {
    private static let prefix = PaymentRoutes.prefix

    private static let problems = [
        PaymentRoutes.missing, HTTPProblemDescription(.badRequest, "invalid-request", "invalid-seat"),
        HTTPProblemDescription(.conflict, "invalid-state", "refund-in-progress"),
        HTTPProblemDescription(
            .unprocessableContent, "refund-not-allowed", "policy-window-closed", "refund-exceeds-balance",
            "refund-account-required"),
        PaymentRoutes.companyAway,
    ]

    private static let answers = [
        HTTPAnswerDescription(
            .ok, "The money went back.", examples: RefundAnswer.examples,
            named: "Refund"),
        HTTPAnswerDescription(
            .accepted, "The tickets are void; the money is on its way.",
            examples: RefundAnswer.examples, named: "Refund"),
    ]

    static var table: [HTTPServiceRoute<PaymentService>] { self.forBuyers + self.forManagers + self.ofRefused }

    private static var forBuyers: [HTTPServiceRoute<PaymentService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/payment/{id}/refund", access: .member,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Give tickets back", korean: "결제 취소(환불)", tag: PaymentRoutes.tag,
                    details: HTTPWording(
                        "By the rules of the show; look at the quote before. To ask again for the same seats answers "
                            + "with the same refund.",
                        korean: "공연의 환불 규정에 따릅니다. 미리 환불 예상 금액을 조회할 수 있으며, 같은 좌석으로 다시 요청하면 같은 환불을 돌려줍니다."),
                    parameters: [PaymentRoutes.id("The payment.")], takes: RefundInput.schema, answers: self.answers,
                    problems: self.problems, options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.refund(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/payment/{id}/refund/account", access: .member,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Say where money of a payment by transfer goes back to", korean: "환불 계좌 등록",
                    tag: PaymentRoutes.tag,
                    details: HTTPWording(
                        "For money that goes back without having been asked for, as when a concert is canceled.",
                        korean: "공연 취소처럼 신청 없이 환불되는 경우에 필요합니다."),
                    parameters: [PaymentRoutes.id("The payment.")], takes: RefundAccountInput.schema,
                    answers: [HTTPAnswerDescription(.noContent, "It is kept, sealed, until all has gone back.")],
                    problems: [
                        PaymentRoutes.missing, HTTPProblemDescription(.conflict, "invalid-state"), PaymentRoutes.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.keepAccount(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/payment/{id}/refund/quote", access: .member,
                HTTPRouteDescription(
                    "What giving tickets back would come to", korean: "환불 예상 금액 조회", tag: PaymentRoutes.tag,
                    parameters: [
                        PaymentRoutes.id("The payment."),
                        HTTPParameterDescription(
                            .query, "seatIds", .string(JSONStringRule(lengthMax: 2100)),
                            about: "Seats, with commas between; all without it."),
                    ],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "What goes back and what is kept, at this moment.",
                            examples: [QuoteAnswer(quote: .example)], named: "RefundQuote")
                    ], problems: self.problems)
            ) { service in .concurrent { request, values in try await service.quote(request, values) } },
        ]
    }

    private static var forManagers: [HTTPServiceRoute<PaymentService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/admin/payments/{id}/refund", access: .manager,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Give everything back, whatever the rules say", korean: "관리자 환불", tag: PaymentRoutes.tag,
                    details: HTTPWording(
                        "Or an amount, without seats: no ticket changes then, and an `Idempotency-Key` is needed, by "
                            + "which it is given back once.",
                        korean: "amount를 지정하면 좌석과 티켓은 그대로 두고 금액만 환불하며, 이때는 두 번 환불되지 않도록 Idempotency-Key가 필요합니다."),
                    parameters: [PaymentRoutes.id("The payment.")], takes: RefundInput.schema, answers: self.answers,
                    problems: self.problems + [HTTPProblemDescription(.badRequest, "idempotency-key-required")],
                    options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.refundForManager(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/admin/payments/{id}/refund/account", access: .manager,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Say in a buyer's place where money of his payment by transfer goes back to", korean: "환불 계좌 대리 등록",
                    tag: PaymentRoutes.tag,
                    details: HTTPWording(
                        "As he has told it, by telephone or in a letter.", korean: "구매자가 전화나 서면으로 알려 준 계좌를 대신 등록합니다."),
                    parameters: [PaymentRoutes.id("The payment.")], takes: RefundAccountInput.schema,
                    answers: [HTTPAnswerDescription(.noContent, "It is kept, sealed, until all has gone back.")],
                    problems: [
                        PaymentRoutes.missing, HTTPProblemDescription(.conflict, "invalid-state"), PaymentRoutes.away,
                    ], options: .idempotencyKey)
            ) { service in
                .concurrent { request, values in try await service.keepAccountForManager(request, values) }
            },
            HTTPServiceRoute(
                .get, self.prefix + "/admin/refunds", access: .manager,
                HTTPRouteDescription(
                    "All refunds", korean: "전체 환불 목록", tag: PaymentRoutes.tag,
                    parameters: [
                        HTTPParameterDescription(.query, "status", JSONSchema.choice(of: RefundStatus.self).kind),
                        HTTPParameterDescription(.query, "paymentId", .integer(1...Int64.max)),
                    ],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Latest first.", examples: PaymentRoutes.pages(of: RefundAnswer(refund: .example)),
                            named: "Refunds")
                    ], problems: [PaymentRoutes.badPage, PaymentRoutes.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.listRefunds(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/admin/refunds/{id}/seats", access: .manager,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Say which seats a refund was for that was made in the company's pages", korean: "외부 환불 좌석 지정",
                    tag: PaymentRoutes.tag,
                    details: HTTPWording(
                        "Their tickets are void and the seats free. No money moves. All seats of a refund may "
                            + "not have cost more than went back, unless `restKept` says with the first that the rest "
                            + "was kept as a fee.",
                        korean: "해당 티켓은 무효가 되고 좌석은 다시 판매됩니다. 금액은 변하지 않습니다. 지정한 좌석의 금액 합계가 환불 금액보다 크면, 처음 "
                            + "지정할 때 나머지를 수수료로 뗐다는 restKept가 필요합니다."),
                    parameters: [PaymentRoutes.id("The refund.")], takes: SeatsInput.schema,
                    answers: [
                        HTTPAnswerDescription(.ok, "The refund.", examples: RefundAnswer.examples, named: "Refund")
                    ],
                    problems: [
                        PaymentRoutes.missing, HTTPProblemDescription(.badRequest, "invalid-request", "invalid-seat"),
                        HTTPProblemDescription(.conflict, "invalid-state"),
                        HTTPProblemDescription(.unprocessableContent, "refund-exceeds-balance"), PaymentRoutes.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.nameSeats(request, values) } },
        ]
    }

    private static var ofRefused: [HTTPServiceRoute<PaymentService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/admin/refunds/{id}/retry", access: .manager,
                HTTPRouteDescription(
                    "Try a refused refund once more", korean: "실패한 환불 재시도", tag: PaymentRoutes.tag,
                    details: HTTPWording(
                        "As another refund, which is the answer: a company refuses a refused one for ever.",
                        korean: "결제사가 같은 요청에는 같은 거절을 반환하므로 새 환불로 다시 요청하며, 응답은 새 환불입니다."),
                    parameters: [PaymentRoutes.id("The refund.")],
                    answers: self.answers,
                    problems: [
                        PaymentRoutes.missing, HTTPProblemDescription(.conflict, "invalid-state"), PaymentRoutes.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.retryRefund(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/admin/refunds/{id}/settled", access: .manager,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Say that the buyer of a refused refund got the money another way", korean: "환불 직접 지급 처리",
                    tag: PaymentRoutes.tag,
                    details: HTTPWording(
                        "It is booked as paid from the house's own bank. So is one that waits for an account that "
                            + "nobody names.",
                        korean: "플랫폼 계좌에서 지급한 것으로 기록됩니다. 환불 계좌를 기다리는 환불도 처리할 수 있습니다."),
                    parameters: [PaymentRoutes.id("The refund.")], takes: NoteInput.schema,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "The refund.", examples: RefundAnswer.examples, named: "Refund")
                    ],
                    problems: [
                        PaymentRoutes.missing, PaymentRoutes.invalidInput,
                        HTTPProblemDescription(.conflict, "invalid-state"), PaymentRoutes.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.settleRefund(request, values) } },
        ]
    }
}
