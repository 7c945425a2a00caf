import Testing

@testable import Postgres

@Suite("What a connection has not answered yet") struct PendingUnitsTests {
    private func pending(_ units: [UnitStep]...) -> PendingUnits {
        var pending = PendingUnits()
        for unit in units { pending.append(UnitSteps(unit)) }
        return pending
    }

    @Test("Answers belong to steps in their order, and a unit is settled by its synchronisation point")
    func order() {
        var pending = self.pending([.prepare, .statement], [.statement])
        #expect(pending.answered(.success) == .succeeded(.prepare))
        #expect(pending.synchronised() == false)
        #expect(pending.answered(.success) == .succeeded(.statement))
        #expect(pending.count == 2)
        #expect(pending.synchronised() == true)
        #expect(pending.answered(.success) == .succeeded(.statement))
        #expect(pending.synchronised() == true)
        #expect(pending.isEmpty)
    }

    @Test("A failure passes over the rest of its unit, and nothing of the next")
    func failure() {
        var pending = self.pending([.begin, .prepare, .statement, .transactionID], [.statement])
        #expect(pending.answered(.success) == .succeeded(.begin))
        #expect(pending.answered(.failure) == .failed(.prepare))
        #expect(pending.answered(.skipped) == .skipped(.statement))
        #expect(pending.answered(.skipped) == .skipped(.transactionID))
        #expect(pending.synchronised() == true)
        #expect(pending.answered(.success) == .succeeded(.statement))
    }

    @Test("A unit can fail where it commits")
    func lateFailure() {
        var pending = self.pending([.statement], [.statement])
        #expect(pending.answered(.success) == .succeeded(.statement))
        #expect(pending.answered(.failure) == .failed(.synchronise))
        #expect(pending.answered(.failure) == .violation)
        #expect(pending.synchronised() == true)
        #expect(pending.answered(.success) == .succeeded(.statement))
    }

    @Test("What nobody asked for is a violation")
    func violations() {
        var nothing = PendingUnits()
        for answer in [PendingUnits.Answer.success, .failure, .skipped] {
            #expect(nothing.answered(answer) == .violation)
        }
        #expect(nothing.synchronised() == false)
        var whole = self.pending([.statement])
        #expect(whole.answered(.skipped) == .violation)
        var failed = self.pending([.statement, .statement, .statement])
        #expect(failed.answered(.failure) == .failed(.statement))
        #expect(failed.answered(.success) == .violation)
        var ping = self.pending([])
        #expect(ping.answered(.success) == .violation)
        #expect(ping.synchronised() == true)
    }

    @Test("Sixteen steps keep their order in eight bytes")
    func packing() {
        let all: [UnitStep] = [.prepare, .begin, .setting, .statement, .transactionID, .commit, .rollback, .parse]
        var steps = UnitSteps(all + all)
        #expect(MemoryLayout.size(ofValue: steps) == 16)
        #expect(steps.count == 16)
        var taken: [UnitStep] = []
        while let step = steps.popFirst() { taken.append(step) }
        #expect(taken == all + all)
        #expect(steps.count == 0 && steps.first == nil)
    }
}
