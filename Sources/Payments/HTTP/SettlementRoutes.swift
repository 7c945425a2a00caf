internal import HTTPServer
internal import Primitives

/// The routes of what sellers are paid.
enum SettlementRoutes {
    private static let prefix = PaymentRoutes.prefix + "/admin/settlements"
    private static let tag = "settlements"
    private static let one = HTTPAnswerDescription(
        .ok, "The settlement.", examples: [SettlementAnswer(settlement: .example)], named: "Settlement")
    private static let changes = [
        PaymentRoutes.missing, HTTPProblemDescription(.conflict, "invalid-state"), PaymentRoutes.away,
    ]

    private static let after = HTTPParameterDescription(
        .query, "after", .string(JSONStringRule(lengthMax: 40)),
        about: "The line to go on after, as a `Link` with `rel=\"next\"` gives it.")
    private static let csv = HTTPAnswerDescription(
        .ok, "Every movement, and the sums at the end of the last part.", mediaType: "text/csv")

    static var table: [HTTPServiceRoute<PaymentService>] { self.forManagers + self.forSellers }

    private static var forSellers: [HTTPServiceRoute<PaymentService>] {
        let mine = PaymentRoutes.prefix + "/member/me"
        return [
            HTTPServiceRoute(
                .get, mine + "/settlement", access: .seller,
                HTTPRouteDescription(
                    "A seller's own settlements", korean: "내 정산 목록", tag: self.tag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Latest first.",
                            examples: PaymentRoutes.pages(of: SettlementAnswer(settlement: .example)),
                            named: "Settlements")
                    ], problems: [PaymentRoutes.badPage, PaymentRoutes.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.listOwnSettlements(request) } },
            HTTPServiceRoute(
                .get, mine + "/settlement/{id}", access: .seller,
                HTTPRouteDescription(
                    "One of a seller's own settlements", korean: "내 정산 조회", tag: self.tag,
                    parameters: [PaymentRoutes.id("The settlement.")], answers: [self.one],
                    problems: [PaymentRoutes.missing, PaymentRoutes.away])
            ) { service in .concurrent { request, values in try await service.ownSettlement(request, values) } },
            HTTPServiceRoute(
                .get, mine + "/settlement/{id}/csv", access: .seller,
                HTTPRouteDescription(
                    "One of a seller's own settlements as a table", korean: "내 정산 내역 CSV", tag: self.tag,
                    parameters: [PaymentRoutes.id("The settlement."), self.after], answers: [self.csv],
                    problems: [PaymentRoutes.missing, PaymentRoutes.invalidInput, PaymentRoutes.away])
            ) { service in .concurrent { request, values in try await service.ownSettlementCSV(request, values) } },
            HTTPServiceRoute(
                .get, mine + "/sale", access: .seller,
                HTTPRouteDescription(
                    "What a seller was paid for", korean: "내 판매 목록", tag: self.tag,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Latest first.", examples: PaymentRoutes.pages(of: SaleAnswer(payment: .completed)),
                            named: "Sales")
                    ], problems: [PaymentRoutes.badPage, PaymentRoutes.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.listOwnSales(request) } },
        ]
    }

    private static var forManagers: [HTTPServiceRoute<PaymentService>] { self.looking + self.books + self.changing }

    private static var looking: [HTTPServiceRoute<PaymentService>] {
        [
            HTTPServiceRoute(
                .get, self.prefix + "/{id}", access: .manager,
                HTTPRouteDescription(
                    "See a settlement", korean: "정산 조회", tag: self.tag,
                    parameters: [PaymentRoutes.id("The settlement.")], answers: [self.one],
                    problems: [PaymentRoutes.missing, PaymentRoutes.away])
            ) { service in .concurrent { request, values in try await service.settlement(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix, access: .manager,
                HTTPRouteDescription(
                    "All settlements", korean: "정산 목록", tag: self.tag,
                    parameters: [
                        HTTPParameterDescription(.query, "date", .string(JSONStringRule(format: "date"))),
                        HTTPParameterDescription(.query, "sellerId", .integer(1...Int64.max)),
                        HTTPParameterDescription(.query, "status", JSONSchema.choice(of: SettlementStatus.self).kind),
                    ],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Latest first.",
                            examples: PaymentRoutes.pages(of: SettlementAnswer(settlement: .example)),
                            named: "Settlements")
                    ], problems: [PaymentRoutes.badPage, PaymentRoutes.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.listSettlements(request) } },
            HTTPServiceRoute(
                .get, self.prefix + "/{id}/csv", access: .manager,
                HTTPRouteDescription(
                    "A settlement as a table", korean: "정산 내역 CSV", tag: self.tag,
                    parameters: [PaymentRoutes.id("The settlement."), self.after], answers: [self.csv],
                    problems: [PaymentRoutes.missing, PaymentRoutes.invalidInput, PaymentRoutes.away])
            ) { service in .concurrent { request, values in try await service.settlementCSV(request, values) } },
        ]
    }

    private static var books: [HTTPServiceRoute<PaymentService>] {
        [
            HTTPServiceRoute(
                .get, PaymentRoutes.prefix + "/admin/books", access: .manager,
                HTTPRouteDescription(
                    "What of the books a person has to look into", korean: "장부 차이·분쟁 목록", tag: self.tag,
                    details: HTTPWording(
                        "Money that a company lists and we do not have, or have otherwise; money that it does not "
                            + "list; payments that a bank disputes. What is explained is not listed any more.",
                        korean: "결제사 내역과 다른 금액, 결제사 내역에 없는 결제, 분쟁 중인 결제를 보여 줍니다. 해소된 항목은 나오지 않습니다."),
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "By kind, oldest first.",
                            examples: PaymentRoutes.pages(of: DifferenceAnswer(difference: .example))
                                + PaymentRoutes.pages(of: DifferenceAnswer(difference: .stranger)),
                            named: "BookDifferences")
                    ], problems: [PaymentRoutes.badPage, PaymentRoutes.away], options: .pages)
            ) { service in .concurrent { request, _ in try await service.listDifferences(request) } }
        ]
    }

    private static var changing: [HTTPServiceRoute<PaymentService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/run", access: .manager, bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Settle a business day", korean: "정산 실행", tag: self.tag,
                    details: HTTPWording(
                        "As often as one likes: every movement of money is settled once.",
                        korean: "여러 번 실행해도 각 거래는 한 번만 정산됩니다."), takes: SettlementRunInput.schema,
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "How many sellers had something to settle.",
                            examples: [SettlementRunAnswer(run: Settlements.Run(day: "2026-11-28", sellerCount: 3))],
                            named: "SettlementRun")
                    ],
                    problems: [
                        PaymentRoutes.invalidInput, HTTPProblemDescription(.conflict, "invalid-state"),
                        PaymentRoutes.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, _ in try await service.runSettlements(request) } },
            HTTPServiceRoute(
                .post, self.prefix + "/{id}/approve", access: .manager,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Approve a settlement", korean: "정산 승인", tag: self.tag,
                    details: HTTPWording(
                        "Of the sum that was looked at: a day that was run again since may come to another.",
                        korean: "확인한 지급액(net)을 함께 보냅니다. 그 사이 금액이 바뀌었으면 승인되지 않습니다."),
                    parameters: [PaymentRoutes.id("The settlement.")], takes: ApproveInput.schema, answers: [self.one],
                    problems: self.changes + [PaymentRoutes.invalidInput], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.approveSettlement(request, values) } },
            HTTPServiceRoute(
                .post, self.prefix + "/{id}/payout", access: .manager,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Pay a settlement out, and say what the bank said", korean: "정산 지급", tag: self.tag,
                    parameters: [PaymentRoutes.id("The settlement.")], takes: PayoutInput.schema, answers: [self.one],
                    problems: self.changes + [PaymentRoutes.invalidInput], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.payOut(request, values) } },
        ]
    }
}
