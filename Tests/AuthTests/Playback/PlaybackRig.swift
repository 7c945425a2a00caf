import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization

@testable import Auth

/// Sessions on a database of their own, with tickets that are only told of.
final class PlaybackRig: Sendable {
    let auth: AuthRig
    let rights: ToldRights
    let gates: PlaybackGates
    let sessions: PlaybackSessions
    let news: PlaybackNews
    let application: HTTPApplication

    /// `process` is another one on the same database, with the same tickets.
    init(beside process: PlaybackRig? = nil, limits: PlaybackLimits = PlaybackLimits()) throws {
        let auth = try process?.auth ?? AuthRig()
        let rights = process?.rights ?? ToldRights()
        self.auth = auth
        self.rights = rights
        let registry = MetricsRegistry(loopCount: 1)
        self.gates = PlaybackGates(
            root: auth.root, loops: auth.group.loops, limits: limits,
            metrics: PlaybackMetrics(registry: registry, log: Log(level: .debug, memory: auth.logMemory)))
        self.sessions = PlaybackSessions(
            database: auth.database, gates: self.gates, rights: rights, publicURL: "http://podo.test",
            lease: .seconds(12))
        self.news = PlaybackNews(database: auth.database, gates: self.gates)
        let service = PlaybackService(sessions: self.sessions, authorizer: auth.service.authorizer)
        self.application = try HTTPApplication(
            routes: PlaybackRoutes.table.map { $0.bound(to: service) }
                + AuthRoutes.table.map { [auth] in
                    $0.bound(to: auth.service)
                }, authorizer: auth.service.authorizer)
    }

    func client(_ client: AuthClient) -> AuthClient {
        var client = client
        client.application = self.application
        return client
    }

    func reload() async throws { try await self.auth.onLoop { try await self.news.reload() } }

    func catchUp() async throws { try await self.auth.onLoop { try await self.news.catchUp() } }

    /// What somebody is told who comes with this address.
    func ask(
        _ playlistURL: String, _ demand: PlaybackDemand = .playlist, from peer: SocketAddress? = nil
    ) async throws -> PlaybackVerdict {
        let pass = Array(playlistURL.split(separator: "/")[3].utf8)
        return try await self.auth.onLoop {
            self.gates[self.auth.group.loops[0]].admit(pass[...], demand, from: peer)
        }
    }
}

/// Rights as a test tells them. What a refund does in the database is done by the test.
final class ToldRights: PlaybackRights {
    struct Told {
        var member: Int64
        var schedule: Int64 = 7
        var isRevoked = false
        var seconds: Int64 = 3600
        var sessionCountMax = 1
        var grant = PlaybackGrant.everything
    }

    private let told = Mutex<[Int64: Told]>([:])
    private let pausing = Mutex<(@Sendable () async -> Void)?>(nil)

    /// Whoever asks for a ticket's right the next time has this to wait for, in the middle of the transaction.
    func pause(_ action: @escaping @Sendable () async -> Void) { self.pausing.withLock { $0 = action } }

    func tell(_ ticket: Int64, _ told: Told) { self.told.withLock { $0[ticket] = told } }

    func right(of ticket: Int64, member: Int64, in transaction: PostgresTransaction) async throws -> PlaybackRight? {
        let pause = self.pausing.withLock { pausing in
            let pause = pausing
            pausing = nil
            return pause
        }
        await pause?()
        guard let told = self.told.withLock({ $0[ticket] }), told.member == member else { return nil }
        return PlaybackRight(
            schedule: told.schedule, isRevoked: told.isRevoked,
            closesAt: WallClock(unixMilliseconds: WallClock.now.unixMilliseconds + told.seconds * 1000),
            sessionCountMax: told.sessionCountMax, grant: told.grant)
    }

    func owns(ticket: Int64, member: Int64) async throws -> Bool { self.told.withLock { $0[ticket]?.member == member } }

    func mayPreview(
        schedule: Int64, _ caller: HTTPCaller, in transaction: PostgresTransaction
    ) async throws -> Bool { caller.role >= .seller }
}
