import Foundation
import HLSPackager
import HTTPServer
import Observability
import Postgres
import Primitives
import RTMPIngest
import Reactor
import Synchronization
import Testing

@testable import podo

@Suite struct AdminRoutesTests {
    /// The route table with a running loop, asked without a socket.
    struct Admin {
        /// One for all tests, because its thread lives as long as the process.
        private static let pool = BlockingPool(name: "admin", threadCount: 1, waitingCountMax: 64)
        let state = ServerState()
        let database = SharedReport()
        let group: EventLoopGroup
        let routes: AdminRoutes

        init() throws {
            var loaded = LoadedConfiguration()
            loaded.configuration.adminHosts = ["metrics.internal"]
            self.group = try EventLoopGroup(loopCount: 2)
            self.routes = AdminRoutes(
                loaded: loaded, state: self.state, loops: self.group.loops, metrics: Self.metrics(),
                pool: Self.pool, connectionCount: { 17 }, streams: { Self.streams },
                watchable: { Self.watchable }, waitingCount: { $0 == "main" ? 5 : 0 },
                database: { [database] in database.report.withLock { $0 } })
        }

        private static var streams: [LiveStream] {
            var health = StreamHealth()
            health.framesPerSecond = 25
            let startedAt = MonotonicTime.now
            return [LiveStream(stream: "main", peer: .loopback(port: 7), startedAt: startedAt, health: health)]
        }

        private static var watchable: [WatchableStream] {
            var summary = StreamSummary()
            (summary.phase, summary.renditionCount, summary.byteCount) = (.live, 2, 4096)
            summary.windowTime = .milliseconds(12_500)
            var figures = PackagingHealth.Figures()
            figures.lastPartAt = MonotonicTime.now + .seconds(-3)
            (figures.segmentCount, figures.lateKeyframeCount) = (9, 2)
            (figures.lastSegmentTime, figures.soundLead) = (.milliseconds(2040), .milliseconds(-20))
            return [
                WatchableStream(name: "main", summary: summary, figures: figures),
                WatchableStream(name: "old", summary: StreamSummary(), figures: PackagingHealth.Figures()),
            ]
        }

        private static func metrics() -> MetricsRegistry {
            let metrics = MetricsRegistry(loopCount: 2)
            metrics.sampledGauge("blocks", help: "1 when it is read on a thread that may block.") {
                // A thread whose name cannot be read counts as a loop's.
                let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
                return name == "admin-0\n" ? 1 : 0
            }
            return metrics
        }

        func get(_ path: String, host: String = "127.0.0.1:9090") async throws -> (
            status: Int, type: String?, body: String
        ) {
            let request = HTTPRequest(
                method: .get, version: .http1_1, target: Array(path.utf8), pathCount: path.utf8.count,
                authority: Array(host.utf8), fields: HTTPFields())
            let response = try await self.respond(to: request)
            guard case .bytes(let bytes) = response.body else { return (response.status.code, nil, "") }
            let type = response.fields[HTTPFieldName("content-type")]
            return (response.status.code, type, String(decoding: bytes, as: UTF8.self))
        }

        private func respond(to request: HTTPRequest) async throws -> HTTPResponse {
            let application = try HTTPApplication(routes: self.routes.routes)
            switch application.admit(request) {
            case .refuse(let response, _): return response
            case .accept(let match, _):
                switch application.handler(of: match) {
                case .immediate(let answer): return answer(request, match.parameters)
                case .deferred: throw HTTPProblem.internalError
                case .concurrent(let answer):
                    do {
                        return try await answer(request, match.parameters)
                    } catch {
                        return application.response(to: error, for: request)
                    }
                }
            }
        }
    }

    /// What the routes are told of the database.
    final class SharedReport: Sendable {
        let report: Mutex<DatabaseReport>

        init() {
            let status = {
                var status = ClusterStatus()
                (status.phase, status.processID, status.startCount) = (.running, 4711, 1)
                return status
            }()
            self.report = Mutex(
                DatabaseReport(
                    health: DatabaseHealth(state: .up, since: .now), place: "database podo at /x",
                    ownServer: DatabaseReport.OwnServer(major: 15, status: status)))
        }
    }

    static let paths = ["/livez", "/readyz", "/metrics", "/statusz"]

    @Test("what is public is not here, and the other way round")
    func unknownPath() async throws {
        #expect(try await Admin().get("/").status == 404)
        #expect(try await Admin().get("/api/v1/concert").status == 404)
    }

    @Test("every route says who may call it, so that the application starts")
    func access() throws {
        let routes = try Admin().routes.routes
        #expect(routes.map(\.path) == Self.paths)
        #expect(routes.allSatisfy { $0.access == .anyone && $0.method == .get && $0.bodyByteCountMax == 0 })
    }

    @Test("readiness follows the phase")
    func ready() async throws {
        let admin = try Admin()
        var answer = try await admin.get("/readyz")
        #expect(answer.status == 503)
        #expect(answer.body == #"{"status":"not-ready","checks":{"phase":"starting","database":"up"}}"#)
        admin.state.phase = .running
        answer = try await admin.get("/readyz")
        #expect(answer.status == 200 && answer.type == "application/json")
        #expect(answer.body == #"{"status":"ready","checks":{"phase":"running","database":"up"}}"#)
        admin.database.report.withLock { $0.health.state = .away }
        answer = try await admin.get("/readyz")
        #expect(answer.status == 200, "streams go on without a database")
        #expect(answer.body == #"{"status":"degraded","checks":{"phase":"running","database":"away"}}"#)
        admin.state.phase = .draining
        answer = try await admin.get("/readyz")
        #expect(answer.status == 503)
        #expect(answer.body == #"{"status":"not-ready","checks":{"phase":"draining","database":"away"}}"#)
    }

    @Test("a process whose loops all turn is alive")
    func alive() async throws {
        let admin = try Admin()
        admin.group.start()
        let answer = try await admin.get("/livez")
        admin.group.stop()
        #expect(answer.status == 200)
        #expect(answer.body == #"{"status":"ok","loops":2}"#)
    }

    @Test("the status is JSON with version, connections and settings")
    func status() async throws {
        let admin = try Admin()
        let answer = try await admin.get("/statusz")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
        #expect(object["version"] as? String == PodoVersion.text)
        #expect(object["connections"] as? Int == 17)
        #expect(object["loops"] as? Int == 2)
        let stream = try #require((object["streams"] as? [[String: Any]])?.first)
        #expect(stream["stream"] as? String == "main" && stream["peer"] as? String == "127.0.0.1:7")
        #expect(stream["framesPerSecond"] as? Double == 25 && stream["audioOffsetSeconds"] is NSNull)
        let packaging = try #require(object["packaging"] as? [[String: Any]])
        #expect(packaging.map { $0["stream"] as? String } == ["main", "old"])
        #expect(packaging.map { $0["phase"] as? String } == ["live", "over"])
        #expect(packaging.map { $0["viewersWaiting"] as? Int } == [5, 0])
        let main = packaging[0]
        #expect(main["renditions"] as? Int == 2 && main["windowBytes"] as? Int == 4096)
        #expect(main["windowSeconds"] as? Double == 12.5 && main["segmentSeconds"] as? Double == 2.04)
        #expect(main["audioLeadSeconds"] as? Double == -0.02)
        let age = try #require(main["lastPartAgeSeconds"] as? Double)
        #expect(age >= 3 && age < 60)
        #expect(main["segments"] as? Int == 9 && main["lateKeyframes"] as? Int == 2)
        #expect(main["lostSamples"] as? Int == 0 && main["muxerFailures"] as? Int == 0)
        #expect(packaging[1]["lastPartAgeSeconds"] is NSNull && packaging[1]["segmentSeconds"] is NSNull)
        let database = try #require(object["database"] as? [String: Any])
        #expect(database["state"] as? String == "up" && database["private"] as? Bool == true)
        #expect(database["version"] as? Int == 15 && database["pid"] as? Int == 4711 && database["reason"] is NSNull)
        #expect(database["phase"] as? String == "running" && database["starts"] as? Int == 1)
        let settings = try #require(object["configuration"] as? [String: String])
        #expect(settings["admin-hosts"] == "metrics.internal")
        #expect(Set(settings.keys) == Set(Setting.all.filter { !$0.isSecret }.map(\.name)))
    }

    @Test("metrics are of the type that Prometheus asks for, and are not read on a loop")
    func metrics() async throws {
        let answer = try await Admin().get("/metrics")
        #expect(answer.status == 200)
        #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.body.contains("\nblocks 1\n"))
    }

    @Test("a foreign host name is refused everywhere", arguments: paths)
    func rebinding(_ path: String) async throws {
        let admin = try Admin()
        admin.group.start()
        defer { admin.group.stop() }
        let answer = try await admin.get(path, host: "rebound.example:9090")
        #expect(answer.status == 421)
        #expect(answer.type == "application/problem+json")
        #expect(answer.body.contains(#""code":"admin-host-unknown""#))
    }

    @Test("a listed host name is answered")
    func listedName() async throws {
        #expect(try await Admin().get("/statusz", host: "metrics.internal").status == 200)
    }
}
