import Crypto
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import Synchronization
import TestSupport

@testable import Auth

/// Members on a database of their own, with loops, as Podo puts them together.
final class AuthRig: Sendable {
    let group: EventLoopGroup
    let registry: MetricsRegistry
    let database: PostgresDatabase
    let url: String
    let logMemory = LogMemory()
    let root: RootSecret
    let vault: PersonalVault
    let epochs: TokenEpochs
    let tokens: TokenService
    let members: Members
    let signIns: SignIns
    let passwords: Passwords
    let follows: Follows
    let streamKeys: StreamKeys
    let mails = SentMails()
    let relay: MailRelay
    let service: AuthService
    let application: HTTPApplication
    private let work: PasswordWork

    /// Suites run beside each other, and each test has connections of its own.
    static let cluster = TestCluster(settings: ["max_connections=1500"])

    /// A database with every migration, made once per process and copied.
    private static let template: Result<String, any Error> = Result {
        let url = try cluster.database()
        for migration in AuthMigrations.all {
            try cluster.query("BEGIN; \(migration.sql); COMMIT", at: url)
        }
        // "postgresql:///NAME?…"
        return String(url.dropFirst("postgresql:///".count).prefix { $0 != "?" })
    }

    init(
        signInLimits: SignInLimits = SignInLimits(), limits: SessionLimits = SessionLimits(),
        requestLimits: RequestLimits = RequestLimits(), passwordLimits: PasswordLimits = PasswordLimits(),
        hashing: any PasswordHashing = QuickPasswords(), retention: any RetentionRule = NoRetention(),
        root: RootSecret = .random(), url: String? = nil
    ) throws {
        self.root = root
        let url = try url ?? Self.cluster.database(template: try Self.template.get())
        self.url = url
        self.group = try EventLoopGroup(loopCount: 1)
        self.registry = MetricsRegistry(loopCount: 1)
        let log = Log(level: .debug, memory: self.logMemory)
        // What a busy machine takes is not the question.
        var connections = PostgresLimits()
        connections.interactive.statementTime = .seconds(60)
        connections.interactive.acquireTime = .seconds(60)
        connections.lockTime = .seconds(50)
        connections.idleInTransactionTime = .seconds(60)
        self.database = PostgresDatabase(
            options: try PostgresConnectionOptions(Secret(url)), loops: self.group.loops, limits: connections,
            metrics: PostgresMetrics(registry: self.registry), log: log)
        let metrics = AuthMetrics(registry: self.registry, log: log)
        self.vault = PersonalVault(self.root)
        self.work = try PasswordWork(hashing, limits: passwordLimits, metrics: metrics)
        self.members = Members(
            database: self.database, vault: self.vault, passwords: self.work, metrics: metrics, retention: retention)
        self.epochs = TokenEpochs()
        self.tokens = TokenService(
            tokens: AccessTokens(root: self.root, issuer: "http://podo.test"), epochs: self.epochs)
        let loop = self.group.loops[0]
        let key = self.root.current
        var parts = SignIns.Parts(
            database: self.database, vault: self.vault, passwords: self.work, tokens: self.tokens,
            successionKey: self.root.key(for: .refreshToken, in: key),
            mark: AddressMark(key: self.root.key(for: .addressMark, in: key)), metrics: metrics,
            pause: { time in
                await withCheckedContinuation { continuation in
                    loop.execute { _ = loop.schedule(at: loop.now + time) { continuation.resume() } }
                }
            })
        parts.signInLimits = signInLimits
        parts.limits = limits
        self.signIns = SignIns(parts)
        self.passwords = Passwords(members: self.members, signIns: self.signIns)
        self.follows = Follows(members: self.members)
        self.streamKeys = StreamKeys(database: self.database)
        self.relay = MailRelay(
            members: self.members, transport: self.mails, sender: "podo@podo.test", publicURL: "https://podo.test/",
            log: log)
        let authorizer = MemberAuthorizer(
            tokens: self.tokens, origins: OriginRule(origins: ["http://podo.test"]), isSecureAlways: false)
        self.service = AuthService(
            members: self.members, signIns: self.signIns, passwords: self.passwords, follows: self.follows,
            authorizer: authorizer, limits: requestLimits, metrics: metrics)
        let service = self.service
        self.application = try HTTPApplication(
            routes: AuthRoutes.table.map { $0.bound(to: service) }, authorizer: authorizer)
        self.group.start()
        self.database.start()
    }

    deinit {
        self.database.stop()
        self.work.stop()
        self.group.stop()
    }

    // MARK: Looking into it

    @discardableResult
    func sql(_ query: String) throws -> String { try Self.cluster.query(query, at: self.url) }

    /// The value of one line of the metrics.
    func metric(_ line: String) -> Double? {
        let text = String(decoding: self.registry.prometheusText(), as: UTF8.self)
        let found = text.split(separator: "\n").first { $0.hasPrefix(line + " ") }
        return found.flatMap { Double($0.dropFirst(line.count + 1)) }
    }

    /// Sends every mail that is due.
    func deliver() async throws { while try await self.onLoop({ try await self.relay.work() }) {} }

    /// Looks at a condition of others until it holds; throws when it does not within two minutes.
    func wait(until isSo: () async throws -> Bool) async throws {
        let (loop, end) = (self.group.loops[0], MonotonicTime.now + .seconds(120))
        while try await !isSo() {
            guard MonotonicTime.now < end else { throw Late() }
            await withCheckedContinuation { continuation in
                loop.execute { _ = loop.schedule(at: loop.now + .milliseconds(5)) { continuation.resume() } }
            }
        }
    }

    struct Late: Error {}

    /// Runs on the loop, as handlers do.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await Task(executorPreference: self.group.loops[0]) { try await body() }.value
    }
}

/// Mails as they went out, and whether they may.
final class SentMails: MailTransport {
    struct Refused: Error {}

    private let state = Mutex<(mails: [MailMessage], refusals: Int)>(([], 0))

    var all: [MailMessage] { self.state.withLock { $0.mails } }

    func refuse(_ count: Int) { self.state.withLock { $0.refusals = count } }

    func send(_ mail: MailMessage) async throws {
        let isRefused = self.state.withLock { state in
            if state.refusals > 0 {
                state.refusals -= 1
                return true
            }
            state.mails.append(mail)
            return false
        }
        if isRefused { throw Refused() }
    }
}

/// Hashes that take no time, for tests that are not about them.
struct QuickPasswords: PasswordHashing {
    var generation = 1

    func hash(_ password: [UInt8]) throws -> String {
        "quick$\(self.generation)$\(String(decoding: Array(Base64URL.encode(SHA256.hash(password))), as: UTF8.self))"
    }

    func isMatch(_ password: [UInt8], _ hash: String) throws -> Bool {
        hash.hasSuffix("$" + String(decoding: Array(Base64URL.encode(SHA256.hash(password))), as: UTF8.self))
    }

    func isCurrent(_ hash: String) -> Bool { hash.hasPrefix("quick$\(self.generation)$") }
}
