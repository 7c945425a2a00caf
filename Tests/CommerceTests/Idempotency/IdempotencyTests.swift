import HTTPServer
import Postgres
import Primitives
import Synchronization
import Testing

@testable import Commerce

/// Reservations as a handler makes them: counts, and answers what it is told to.
final class Till: Sendable {
    struct State {
        var count = 0
        var answers: [@Sendable () async throws -> HTTPResponse] = []
    }

    private let state = Mutex(State())

    var count: Int { self.state.withLock { $0.count } }

    /// What the next requests are answered; without any, 201 and the number of the request.
    func next(_ answers: (@Sendable () async throws -> HTTPResponse)...) {
        self.state.withLock { $0.answers = answers }
    }

    func handle() async throws -> HTTPResponse {
        let (count, answer) = self.state.withLock { state in
            state.count += 1
            return (state.count, state.answers.isEmpty ? nil : state.answers.removeFirst())
        }
        if let answer { return try await answer() }
        var response = HTTPResponse(.created, json: [count])
        response.fields.append(.location, count)
        return response
    }

    func routes(_ rig: CommerceRig, _ limits: IdempotencyLimits = IdempotencyLimits()) throws -> RouteDriver {
        let guardian = Idempotency(
            database: rig.database, limits: limits, metrics: rig.idempotency, log: rig.log)
        func route(_ path: String, _ options: HTTPRouteDescription.Options) -> HTTPRoute {
            HTTPRoute(
                .post, path, access: .member, bodyByteCountMax: 1 << 20,
                .concurrent { _, _ in
                    try await self.handle()
                }
            ).described(
                HTTPRouteDescription(
                    "Buy", korean: "구매", tag: "x", answers: [HTTPAnswerDescription(.created, "Bought.")],
                    options: options))
        }
        let reservation = route("/api/v1/reservation", .idempotencyKey)
        let routes = [
            reservation, reservation.alias("/reservation"), route("/refund/{id}", .idempotencyKeyRequired),
            route("/plain", []),
        ]
        return try RouteDriver(guardian.guarding(routes), rig)
    }
}

@Suite("A request with a key is made once")
struct IdempotencyTests {
    @Test("the same key and body give the same answer, in another process and at another name of the route too")
    func replay() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        let driver = try till.routes(rig)
        let first = try await driver.post("/api/v1/reservation", #"{"seatId":1,"n":2}"#, key: "k")
        #expect(first.status == 201 && first.body == "[1]" && first.fields["location"] == "1")
        #expect(first.fields["idempotent-replayed"] == nil)
        let other = try till.routes(try CommerceRig(beside: rig))
        for driver in [driver, other] {
            for path in ["/api/v1/reservation", "/reservation"] {
                let again = try await driver.post(path, #"{ "n":2, "seatId":1 }"#, key: "k")
                #expect(again.status == 201 && again.body == "[1]" && again.fields["location"] == "1")
                #expect(again.fields["content-type"] == "application/json")
                #expect(again.fields["idempotent-replayed"] == "true")
            }
        }
        #expect(till.count == 1)
        #expect(rig.metric(#"podo_idempotency_requests_total{outcome="kept"}"#) == 1)
        #expect(rig.metric(#"podo_idempotency_requests_total{outcome="replayed"}"#) == 2)
    }

    @Test("another body with the same key is refused; another member, route or key is another request")
    func scopes() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        let driver = try till.routes(rig)
        _ = try await driver.post("/reservation", #"{"seatId":1}"#, key: "k")
        let reused = try await driver.post("/reservation", #"{"seatId":2}"#, key: "k")
        #expect(reused.status == 422 && reused.body.contains(#""code":"idempotency-key-reused""#))
        #expect(till.count == 1)
        #expect(try await driver.post("/reservation", #"{"seatId":1}"#, key: "k", member: 8).body == "[2]")
        #expect(try await driver.post("/reservation", #"{"seatId":1}"#, key: "l").body == "[3]")
        #expect(try await driver.post("/refund/1", #"{"seatId":1}"#, key: "k").body == "[4]")
        #expect(try await driver.post("/refund/2", #"{"seatId":1}"#, key: "k").status == 422)
    }

    @Test("without a key the request simply runs, unless the route asks for one")
    func keyless() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        let driver = try till.routes(rig)
        #expect(try await driver.post("/reservation").body == "[1]")
        #expect(try await driver.post("/reservation").body == "[2]")
        #expect(try await driver.post("/plain", key: "k").body == "[3]")
        #expect(try await driver.post("/plain", key: "k").body == "[4]")
        let missing = try await driver.post("/refund/1")
        #expect(missing.status == 400 && missing.body.contains("idempotency-key-required"))
        let wrong = try await driver.post("/reservation", key: "a b")
        #expect(wrong.status == 400 && wrong.body.contains("idempotency-key-invalid"))
        #expect(till.count == 4)
        #expect(try rig.sql("SELECT count(*) FROM idempotency") == "0")
    }

    @Test("of many that come at once, in two processes, one runs and the others are told to come again")
    func twins() async throws {
        let (rig, till, gate) = (try CommerceRig(), Till(), Gate())
        let other = try CommerceRig(beside: rig)
        let drivers = [try till.routes(rig), try till.routes(other)]
        till.next {
            await gate.pass()
            return HTTPResponse(.created, json: "once")
        }
        let answers = try await withThrowingTaskGroup(of: RouteDriver.Answer.self) { group in
            for index in 0..<24 { group.addTask { try await drivers[index % 2].post("/reservation", key: "k") } }
            var answers: [RouteDriver.Answer] = []
            // All but the one that runs.
            while answers.count < 23, let answer = try await group.next() { answers.append(answer) }
            gate.open()
            for try await answer in group { answers.append(answer) }
            return answers
        }
        #expect(till.count == 1)
        #expect(answers.filter { $0.status == 201 }.count == 1)
        let refused = answers.filter { $0.status == 409 }
        #expect(refused.count == 23)
        #expect(refused.allSatisfy { $0.fields["retry-after"] == "1" && $0.body.contains("idempotency-in-progress") })
        #expect(try await drivers[1].post("/reservation", key: "k").body == #""once""#)
        #expect(till.count == 1)
    }

    @Test("trouble of the server is not kept, so that the next attempt runs; a refusal is")
    func failures() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        let driver = try till.routes(rig)
        struct Broken: Error {}
        till.next(
            { throw Broken() }, { throw HTTPProblem.overloaded(retryAfterSeconds: 2) },
            { throw HTTPProblem.rateLimited(.seconds(1)) }, { HTTPResponse(.badGateway) },
            { throw HTTPProblem(.conflict, code: "seat-taken") })
        for status in [500, 503, 429, 502, 409, 409, 409] {
            #expect(try await driver.post("/reservation", key: "k").status == status)
        }
        #expect(till.count == 5)
        let again = try await driver.post("/reservation", key: "k")
        #expect(again.body.contains("seat-taken") && again.fields["idempotent-replayed"] == "true")
        #expect(rig.metric(#"podo_idempotency_requests_total{outcome="released"}"#) == 4)
    }

    @Test("who was refused for want of a pass, or before the sale, is judged anew when he comes again")
    func refusalsOfTheMoment() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        let driver = try till.routes(rig)
        till.next(
            { throw HTTPProblem(.forbidden, code: "queue-pass-required") },
            { throw HTTPProblem(.conflict, code: "not-on-sale") })
        for status in [403, 409, 201, 201] {
            #expect(try await driver.post("/reservation", key: "k").status == status)
        }
        #expect(till.count == 3)
    }

    @Test("a process that dies while it runs holds the key until its lock is over, and then the next attempt runs")
    func death() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        let other = try CommerceRig(beside: rig)
        let (dying, living) = (try till.routes(rig), try till.routes(other))
        // Between claim and answer: nothing that this process says reaches the database any more.
        till.next {
            rig.database.stop()
            return HTTPResponse(.created, json: "lost")
        }
        #expect(try await dying.post("/reservation", key: "k").body == #""lost""#)
        #expect(rig.metric(#"podo_idempotency_requests_total{outcome="not-kept"}"#) == 1)
        #expect(try await living.post("/reservation", key: "k").status == 409)
        // Another request with the key stays refused, whatever became of the first.
        try other.sql("UPDATE idempotency SET locked_until = now() - interval '1 millisecond'")
        #expect(try await living.post("/reservation", #"{"x":1}"#, key: "k").status == 422)
        #expect(try await living.post("/reservation", key: "k").body == "[2]")
        #expect(try await living.post("/reservation", key: "k").body == "[2]")
        #expect(till.count == 2)
    }

    @Test("an attempt that was overtaken does not change what is kept")
    func overtaken() async throws {
        let (rig, till, gate) = (try CommerceRig(), Till(), Gate())
        let driver = try till.routes(rig)
        till.next {
            await gate.pass()
            return HTTPResponse(.created, json: "slow")
        }
        let slow = Task { try await driver.post("/reservation", key: "k") }
        try await rig.wait { gate.waiterCount == 1 }
        try rig.sql("UPDATE idempotency SET locked_until = now() - interval '1 millisecond'")
        #expect(try await driver.post("/reservation", key: "k").body == "[2]")
        gate.open()
        #expect(try await slow.value.body == #""slow""#)
        #expect(try await driver.post("/reservation", key: "k").body == "[2]")
        #expect(rig.metric(#"podo_idempotency_requests_total{outcome="overtaken"}"#) == 1)
    }

    @Test("what an overtaken attempt lets go of is not the key of the one that runs")
    func overtakenRelease() async throws {
        let (rig, till, gate) = (try CommerceRig(), Till(), Gate())
        let driver = try till.routes(rig)
        till.next(
            {
                await gate.pass()
                throw HTTPProblem.internalError
            }, { HTTPResponse(.created, json: "second") })
        let slow = Task { try await driver.post("/reservation", key: "k") }
        try await rig.wait { gate.waiterCount == 1 }
        try rig.sql("UPDATE idempotency SET locked_until = now() - interval '1 millisecond'")
        #expect(try await driver.post("/reservation", key: "k").body == #""second""#)
        gate.open()
        #expect(try await slow.value.status == 500)
        #expect(try await driver.post("/reservation", key: "k").body == #""second""#)
    }

    @Test("an answer is kept for a day, and what is older goes, a bounded number at a time")
    func age() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        var limits = IdempotencyLimits()
        limits.sweptCountMax = 2
        limits.sweepRoundCountMax = 2
        let driver = try till.routes(rig, limits)
        _ = try await driver.post("/reservation", key: "k")
        try rig.sql("UPDATE idempotency SET created_at = now() - interval '23 hours 59 minutes'")
        #expect(try await driver.post("/reservation", key: "k").body == "[1]")
        try rig.sql("UPDATE idempotency SET created_at = now() - interval '24 hours 1 second'")
        #expect(try await driver.post("/reservation", #"{"other":1}"#, key: "k").body == "[2]")
        #expect(try await driver.post("/reservation", #"{"other":1}"#, key: "k").body == "[2]")
        try rig.sql(
            """
            INSERT INTO idempotency (member_id, route, key, request_hash, attempt, locked_until, created_at)
            SELECT n, 'r', 'k', sha256(''), gen_random_uuid(), now(), now() - interval '25 hours'
            FROM generate_series(1, 5) AS n
            """)
        let guardian = Idempotency(
            database: rig.database, limits: limits, metrics: rig.idempotency, log: rig.log)
        try await rig.onLoop { try await guardian.sweep() }
        #expect(try rig.sql("SELECT count(*) FROM idempotency") == "2")
        try await rig.onLoop { try await guardian.sweep() }
        #expect(try rig.sql("SELECT count(*) FROM idempotency WHERE status = 201") == "1")
        #expect(try rig.sql("SELECT count(*) FROM idempotency") == "1")
    }

    @Test("a body that is too large is not kept, but that the request was made is")
    func large() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        var limits = IdempotencyLimits()
        limits.bodyByteCountMax = 100
        let driver = try till.routes(rig, limits)
        till.next { HTTPResponse(.created, json: String(repeating: "x", count: 200)) }
        #expect(try await driver.post("/reservation", key: "k").body.count == 202)
        let again = try await driver.post("/reservation", key: "k")
        #expect(again.status == 201 && again.body == "" && again.fields["idempotent-replayed"] == "true")
        #expect(till.count == 1)
    }

    @Test("a database that is away is answered as such, and nothing runs")
    func away() async throws {
        let (rig, till) = (try CommerceRig(), Till())
        let driver = try till.routes(rig)
        rig.database.stop()
        #expect(try await driver.post("/reservation", key: "k").status == 503)
        #expect(till.count == 0)
    }
}
