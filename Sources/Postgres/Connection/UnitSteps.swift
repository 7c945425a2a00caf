/// The steps of a unit in their order: at most 16, in eight bytes.
struct UnitSteps: Equatable, Sendable {
    static let countMax = 16

    private var bits: UInt64 = 0
    private(set) var count = 0

    init() {}

    init(_ steps: [UnitStep]) {
        for step in steps { self.append(step) }
    }

    var first: UnitStep? { UnitStep(rawValue: UInt8(self.bits & 0xF)) }

    mutating func append(_ step: UnitStep) {
        precondition(self.count < Self.countMax, "a unit has at most 16 steps")
        self.bits |= UInt64(step.rawValue) << UInt64(4 * self.count)
        self.count += 1
    }

    mutating func popFirst() -> UnitStep? {
        guard let step = self.first else { return nil }
        self.bits >>= 4
        self.count -= 1
        return step
    }
}
