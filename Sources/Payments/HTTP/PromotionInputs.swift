internal import Commerce
internal import HTTPServer
internal import Primitives

/// A code as somebody describes it.
struct PromotionDraft: JSONDecodable {
    let code: PromotionCode
    let promotion: Promotion
    let startsAt: WallClock?
    let endsAt: WallClock
    let useCountMax: Int64
    let useCountOfMemberMax: Int64

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let code = json.promotionCode("code", about: "In capitals or not: letters of A to Z, digits and dashes.")
        let kind = json.choice("kind", of: PromotionKind.self)
        let points = json.integer(
            "basisPoints", in: 1...RefundPolicy.whole, isRequired: false,
            about: "PERCENT: the part that is taken off, in hundredths of a percent.")
        let amount = json.integer(
            "amount", in: 1...Money.amountMax, isRequired: false,
            about: "FIXED: what is taken off, in the smallest unit of the concert's currency.")
        let most = json.integer(
            "amountMax", in: 1...Money.amountMax, isRequired: false, about: "PERCENT: never more than this.")
        self.startsAt = json.time("startsAt", isRequired: false, about: "At once by itself.")
        let endsAt = json.time("endsAt")
        let uses = json.integer("usesMax", in: PromotionChange.uses, about: "How often it can be used.")
        let ofMember = json.integer(
            "usesPerMember", in: PromotionChange.usesOfMember, isRequired: false, about: "By one member; 1 by itself.")
        guard json.errors.isEmpty, let code, let kind, let endsAt, let uses else { throw json.failure }
        switch (kind, points, amount, most) {
        case (.percent, let points?, nil, let most): self.promotion = .percent(basisPoints: points, most: most)
        case (.fixed, nil, let amount?, nil): self.promotion = .fixed(amount)
        case (.percent, let points, let amount, _):
            if points == nil { json.fail("basisPoints", "required", "which part is taken off") }
            if amount != nil { json.fail("amount", "not-for-this-kind", "a part is taken off, no sum") }
            throw json.failure
        case (.fixed, let points, let amount, let most):
            if amount == nil { json.fail("amount", "required", "what is taken off") }
            if points != nil { json.fail("basisPoints", "not-for-this-kind", "a sum is taken off, no part") }
            if most != nil { json.fail("amountMax", "not-for-this-kind", "a sum is its own end") }
            throw json.failure
        }
        self.code = code
        self.endsAt = endsAt
        self.useCountMax = uses
        self.useCountOfMemberMax = ofMember ?? 1
    }
}

/// What is to be different about a code. What is nil stays.
struct PromotionChange: JSONDecodable {
    static let uses: ClosedRange<Int64> = 1...1_000_000
    static let usesOfMember: ClosedRange<Int64> = 1...1000

    let startsAt: WallClock?
    let endsAt: WallClock?
    let useCountMax: Int64?
    let useCountOfMemberMax: Int64?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.startsAt = json.time("startsAt", isRequired: false)
        self.endsAt = json.time("endsAt", isRequired: false)
        self.useCountMax = json.integer(
            "usesMax", in: Self.uses, isRequired: false, about: "Not less than it was used already.")
        self.useCountOfMemberMax = json.integer("usesPerMember", in: Self.usesOfMember, isRequired: false)
        guard json.errors.isEmpty else { throw json.failure }
    }
}
