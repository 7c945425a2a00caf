internal import Commerce
internal import HTTPServer
internal import Primitives

/// A code as those who sell see it.
struct PromotionAnswer: JSONEncodable {
    let row: PromotionRow

    func encode(to writer: inout JSONWriter) {
        let row = self.row
        let (points, amount, most) = row.promotion.columns
        writer.object { writer in
            writer.member("promotionId", row.id)
            writer.member("concertId", row.concertID)
            writer.member("code", row.code)
            writer.member("kind", row.promotion.kind.rawValue)
            writer.member("basisPoints", points)
            writer.member("amount", amount.map { Money($0, row.currency) })
            writer.member("amountMax", most.map { Money($0, row.currency) })
            writer.member("startsAt", row.startsAt.rfc3339)
            writer.member("endsAt", row.endsAt.rfc3339)
            writer.member("uses", row.useCount)
            writer.member("usesMax", row.useCountMax)
            writer.member("usesPerMember", row.useCountOfMemberMax)
            writer.member("status", row.status.rawValue)
            writer.member("createdAt", row.createdAt.rfc3339)
        }
    }

    /// Every shape that one can have.
    static let examples: [PromotionAnswer] = {
        let (start, end) = (
            WallClock(unixMilliseconds: 1_795_910_400_000), WallClock(unixMilliseconds: 1_798_095_600_000)
        )
        let all: [Promotion] = [
            .percent(basisPoints: 1000, most: 20_000), .percent(basisPoints: 500, most: nil), .fixed(5000),
        ]
        return all.map { promotion in
            PromotionAnswer(
                row: PromotionRow(
                    id: 9, concertID: 12, code: "EARLY-10", promotion: promotion, startsAt: start, endsAt: end,
                    useCount: 41, status: .active))
        }
    }()
}
