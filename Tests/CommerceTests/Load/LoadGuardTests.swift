import Commerce
import HTTPServer
import Observability
import Primitives
import Reactor
import Testing

@Suite("Routes behind the guard of load")
struct LoadGuardTests {
    private func limits() -> LoadLimits {
        var limits = LoadLimits()
        limits.inFlightCounts = [.browse: 2]
        limits.calmTime = .seconds(3600)
        return limits
    }

    private func get(_ driver: RouteDriver, _ path: String) async throws -> RouteDriver.Answer {
        try await driver.send(.get, path)
    }

    @Test("are sent away in their order, with the time to come again, and counted")
    func shed() async throws {
        let rig = try CommerceRig()
        let load = LoadGuard(registry: rig.registry, log: rig.log)
        let routes = LoadKind.allCases.map { kind in
            load.guarding(
                HTTPRoute(.get, "/\(kind)", access: .anyone, .immediate { _, _ in HTTPResponse(.ok) }), as: kind)
        }
        let driver = try RouteDriver(routes, rig)
        for kind in LoadKind.allCases { #expect(try await self.get(driver, "/\(kind)").status == 200) }
        load.note(delay: .milliseconds(300), now: .now)
        #expect(try await self.get(driver, "/reservation").status == 200)
        #expect(try await self.get(driver, "/payment").status == 200)
        for path in ["/browse", "/queue"] {
            let answer = try await self.get(driver, path)
            #expect(answer.status == 503 && answer.fields["retry-after"] == "5")
            #expect(answer.body.contains(#""code":"overloaded""#))
        }
        #expect(rig.metric(#"podo_load_shed_total{kind="browse"}"#) == 1)
        #expect(rig.metric("podo_load_level") == 2)
        #expect(rig.logMemory.lines.contains { $0.contains("load changed") })
    }

    @Test("that anybody may call are kept from a flood of one network")
    func flood() async throws {
        let rig = try CommerceRig()
        let load = LoadGuard(registry: rig.registry, log: rig.log)
        let budget = AddressBudget(BudgetPolicy(burstCount: 2, interval: .seconds(3600)))
        let route = HTTPRoute(.get, "/open", access: .anyone, .immediate { _, _ in HTTPResponse(.ok) })
        let driver = try RouteDriver([load.guarding(route, as: .payment, budget: budget)], rig)
        for _ in 0..<2 { #expect(try await self.get(driver, "/open").status == 200) }
        let answer = try await self.get(driver, "/open")
        #expect(answer.status == 429, "\(answer.body)")
        #expect(answer.fields["retry-after"].flatMap { Int($0) }.map { (1...3600).contains($0) } == true)
        #expect(rig.metric("podo_load_limited_total") == 1)
    }

    @Test("are counted while they work, which is load too")
    func inFlight() async throws {
        let (rig, gate) = (try CommerceRig(), Gate())
        let load = LoadGuard(limits: self.limits(), registry: rig.registry, log: rig.log)
        let route = HTTPRoute(
            .get, "/slow", access: .anyone,
            .concurrent { _, _ in
                await gate.pass()
                return HTTPResponse(.ok)
            })
        let quick = HTTPRoute(.get, "/quick", access: .anyone, .concurrent { _, _ in HTTPResponse(.ok) })
        let driver = try RouteDriver([route, quick].map { load.guarding($0, as: .browse) }, rig)
        let slow = (0..<2).map { _ in Task { try await self.get(driver, "/slow").status } }
        try await rig.wait { gate.waiterCount == 2 }
        #expect(rig.metric("podo_load_in_flight") == 2)
        load.note(delay: .nanoseconds(0), now: .now)
        #expect(try await self.get(driver, "/quick").status == 503)
        gate.open()
        for task in slow { #expect(try await task.value == 200) }
        #expect(rig.metric("podo_load_in_flight") == 0)
    }

    @Test("have a budget for each member")
    func budget() async throws {
        let rig = try CommerceRig()
        let load = LoadGuard(registry: rig.registry, log: rig.log)
        let route = HTTPRoute(
            .post, "/reservation", access: .member, bodyByteCountMax: 10, .immediate { _, _ in HTTPResponse(.ok) })
        let budget = MemberBudget(BudgetPolicy(burstCount: 2, interval: .seconds(3600)))
        let driver = try RouteDriver([load.guarding(route, as: .reservation, budget: budget)], rig)
        for status in [200, 200, 429] { #expect(try await driver.post("/reservation").status == status) }
        let wait = try await driver.post("/reservation").fields["retry-after"].flatMap { Int($0) }
        #expect((3500...3600).contains(wait ?? 0))
        #expect(try await driver.post("/reservation", member: 8).status == 200)
        #expect(rig.metric("podo_load_limited_total") == 2)
    }

    @Test("are sent away while a loop is busy, and let in when it is not")
    func watch() async throws {
        let rig = try CommerceRig()
        var limits = LoadLimits()
        limits.delays = [.browse: .milliseconds(150)]
        limits.calmTime = .milliseconds(10)
        limits.measureTime = .milliseconds(5)
        let load = LoadGuard(limits: limits, registry: rig.registry, log: rig.log)
        let busy = try EventLoopGroup(loopCount: 1)
        busy.start()
        let loops = rig.group.loops + busy.loops
        let watching = Task(executorPreference: rig.group.loops[0]) { await load.watch(loops) }
        busy.loops[0].execute {
            let end = MonotonicTime.now + .milliseconds(400)
            while MonotonicTime.now < end {}
        }
        try await rig.wait { rig.logMemory.lines.contains { $0.contains("load changed") && $0.contains("browse") } }
        try await rig.wait { rig.metric("podo_load_level") == 0 }
        watching.cancel()
        await watching.value
        busy.stop()
    }
}
