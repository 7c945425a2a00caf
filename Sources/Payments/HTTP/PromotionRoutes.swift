package import HTTPServer
internal import Primitives

/// The routes of codes that make something cheaper.
package enum PromotionRoutes {
    package static let tag = "promotions"
    private static let prefix = PaymentRoutes.prefix
    private static let forbidden = HTTPProblemDescription(.forbidden, "forbidden")
    private static let concert = PaymentRoutes.id("The concert.")

    private static func one(_ status: HTTPStatus, _ about: String) -> HTTPAnswerDescription {
        HTTPAnswerDescription(status, about, examples: PromotionAnswer.examples, named: "Promotion") {
            $0.refining("status", JSONSchema.choice(of: PromotionStatus.self).kind)
        }
    }

    package static var table: [HTTPServiceRoute<PromotionService>] { self.ofConcerts + self.single }

    private static var ofConcerts: [HTTPServiceRoute<PromotionService>] {
        [
            HTTPServiceRoute(
                .post, self.prefix + "/concert/{id}/promotion", access: .member,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Make a code that takes something off", korean: "할인 코드 등록", tag: self.tag,
                    details: HTTPWording(
                        "Buyers name it when they begin to pay. What it takes off is the seller's loss: fees and "
                            + "settlements are of what was really paid. A use is held from the beginning of a payment "
                            + "and is free again when nothing comes of it or all of it is given back.",
                        korean: "구매자가 결제를 시작할 때 입력합니다. 할인액은 판매자가 부담하며, 수수료와 정산은 실제 결제 금액을 기준으로 합니다. "
                            + "결제가 실패하거나 전액 환불되면 사용 횟수가 되돌아갑니다."),
                    parameters: [self.concert], takes: PromotionDraft.schema,
                    answers: [self.one(.created, "There is a code.")],
                    problems: [
                        PaymentRoutes.invalidInput, self.forbidden, PaymentRoutes.missing,
                        HTTPProblemDescription(.conflict, "promotion-exists", "promotion-count"), PaymentRoutes.away,
                    ], options: .idempotencyKey)
            ) { service in .concurrent { request, values in try await service.create(request, values) } },
            HTTPServiceRoute(
                .get, self.prefix + "/concert/{id}/promotion", access: .member,
                HTTPRouteDescription(
                    "The codes of a concert", korean: "할인 코드 목록", tag: self.tag, parameters: [self.concert],
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "Latest first, those that are over too.",
                            examples: PromotionAnswer.examples.flatMap { PaymentRoutes.pages(of: $0) },
                            named: "Promotions"
                        ) { $0.refining("items[].status", JSONSchema.choice(of: PromotionStatus.self).kind) }
                    ], problems: [PaymentRoutes.badPage, self.forbidden, PaymentRoutes.missing, PaymentRoutes.away],
                    options: .pages)
            ) { service in .concurrent { request, values in try await service.list(request, values) } },
        ]
    }

    private static var single: [HTTPServiceRoute<PromotionService>] {
        [
            HTTPServiceRoute(
                .patch, self.prefix + "/promotion/{id}", access: .member,
                bodyByteCountMax: PaymentRoutes.bodyByteCountMax,
                HTTPRouteDescription(
                    "Change when and how often a code can be used", korean: "할인 코드 수정", tag: self.tag,
                    details: HTTPWording(
                        "What it takes off stays as it was promised.", korean: "할인 내용은 바꿀 수 없습니다."),
                    parameters: [PaymentRoutes.id("The code's number.")], takes: PromotionChange.schema,
                    answers: [self.one(.ok, "Changed.")],
                    problems: [
                        PaymentRoutes.invalidInput, PaymentRoutes.missing,
                        HTTPProblemDescription(.conflict, "invalid-state"), PaymentRoutes.away,
                    ])
            ) { service in .concurrent { request, values in try await service.change(request, values) } },
            HTTPServiceRoute(
                .delete, self.prefix + "/promotion/{id}", access: .member,
                HTTPRouteDescription(
                    "End a code", korean: "할인 코드 종료", tag: self.tag,
                    parameters: [PaymentRoutes.id("The code's number.")],
                    answers: [HTTPAnswerDescription(.noContent, "Nobody begins to pay with it any more.")],
                    problems: [PaymentRoutes.missing, PaymentRoutes.away])
            ) { service in .concurrent { request, values in try await service.end(request, values) } },
        ]
    }
}
