internal import Auth
internal import Crypto
internal import Glibc
internal import Observability
internal import Postgres
internal import Primitives
internal import Reactor
internal import Synchronization

/// Everything about members, put together, and what goes on for them while nobody asks.
final class MemberServices: Sendable {
    let streamKeys: StreamKeys
    let signIns: SignIns
    let members: Members
    let service: AuthService
    private let passwordWork: PasswordWork
    private let news: AuthNews
    private let relay: MailRelay
    private let mails: MailDirectory
    private let vault: PersonalVault
    private let database: PostgresDatabase
    private let log: Log
    private let isLoaded = Atomic(false)
    private let tasks = Mutex<[Task<Void, Never>]>([])

    /// Between rounds in which there was no mail.
    private static let mailTime = TimeAmount.seconds(1)
    /// Between rounds of throwing away.
    private static let sweepTime = TimeAmount.seconds(60)
    /// After a failure, before it is tried again.
    private static let retryTime = TimeAmount.seconds(3)
    /// Keys of members that are wrapped anew in one go.
    private static let rewrapCountMax = 100
    private static let waitingMailCountMax = 64
    /// What a start waits at most for the database to tell what must be known.
    private static let loadTime = TimeAmount.seconds(5)

    /// Hashes a password, which takes some 20 ms: for the main thread. `publicURL` is where people reach Podo.
    init(
        _ configuration: Configuration, root: RootSecret, tokens: MemberTokens, database: PostgresDatabase,
        group: EventLoopGroup, publicURL: String, metrics: MetricsRegistry, log: Log
    ) throws(StartError) {
        self.database = database
        self.log = log
        let authMetrics = AuthMetrics(registry: metrics, log: log)
        let vault = PersonalVault(root)
        self.vault = vault
        let cores = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
        do {
            self.passwordWork = try PasswordWork(
                Argon2Passwords(), limits: PasswordLimits(coreCount: cores), metrics: authMetrics)
        } catch {
            throw StartError("passwords cannot be hashed: \(error); Podo needs 19 MiB of memory for each at a time")
        }
        self.members = Members(database: database, vault: vault, passwords: self.passwordWork, metrics: authMetrics)
        let loop = group.loops[0]
        self.signIns = SignIns(
            SignIns.Parts(
                database: database, vault: vault, passwords: self.passwordWork, tokens: tokens.service,
                successionKey: root.key(for: .refreshToken, in: root.current),
                mark: AddressMark(key: root.key(for: .addressMark, in: root.current)), metrics: authMetrics,
                pause: { await loop.pause($0) }))
        self.streamKeys = StreamKeys(database: database)
        self.news = AuthNews(database: database, signIns: self.signIns, streamKeys: self.streamKeys)
        self.mails = MailDirectory(
            path: configuration.dataDirectory + "/mail",
            pool: BlockingPool(name: "mail", threadCount: 1, waitingCountMax: Self.waitingMailCountMax), log: log)
        self.relay = MailRelay(
            members: self.members, transport: self.mails, sender: configuration.mailFrom, publicURL: publicURL, log: log
        )
        self.service = AuthService(
            members: self.members, signIns: self.signIns,
            passwords: Passwords(members: self.members, signIns: self.signIns),
            follows: Follows(members: self.members), authorizer: tokens.authorizer, limits: RequestLimits(),
            metrics: authMetrics)
        authMetrics.watch(
            limiterEntries: { [signIns] in signIns.limiterEntryCount },
            revocations: { [service = tokens.service] in service.epochs.count + service.sessions.count },
            streamKeys: { [streamKeys] in streamKeys.count })
    }

    /// Personal data is sealed and found by the keys of a secret that was rotated; what the older ones have sealed is
    /// brought under them by the next sweep.
    func replaceKeys(_ root: RootSecret) { self.vault.replaceKeys(root) }

    // MARK: While it runs

    /// Waits until it is known whose tokens are void and which stream keys open what: before anybody is let in. Blocks,
    /// for the main thread; false when the database did not tell in time.
    func waitUntilLoaded() -> Bool {
        let deadline = MonotonicTime.now + Self.loadTime
        while !self.isLoaded.load(ordering: .acquiring) {
            if MonotonicTime.now > deadline { return false }
            usleep(1000)
        }
        return true
    }

    func start(on loop: EventLoop) {
        let works: [@Sendable () async -> Void] = [
            { await self.listen(on: loop) }, { await self.sendMail(on: loop) }, { await self.sweep(on: loop) },
        ]
        self.tasks.withLock { tasks in
            tasks = works.map { work in Task(executorPreference: loop) { await work() } }
        }
    }

    func stop() {
        for task in self.tasks.withLock({ $0 }) { task.cancel() }
        self.passwordWork.stop()
    }

    private func listen(on loop: EventLoop) async {
        let notifications = self.database.listen(AuthNotice.channel)
        while let notification = await notifications.next(), !Task.isCancelled {
            await self.insist("members not read", on: loop) {
                switch notification {
                case .resynchronize:
                    try await self.news.reload()
                    self.isLoaded.store(true, ordering: .releasing)
                case .message(let text): try await self.news.hear(text)
                }
            }
        }
    }

    private func sendMail(on loop: EventLoop) async {
        while !Task.isCancelled {
            do {
                if try await self.relay.work() { continue }
                await loop.pause(Self.mailTime)
            } catch {
                self.log.warning("mail rests", ["reason": .text(Self.sentence(error))])
                await loop.pause(Self.retryTime)
            }
        }
    }

    private func sweep(on loop: EventLoop) async {
        /// The key that everything is under, and the one of the last round.
        var (rewrapped, last): (UInt8?, UInt8?)
        while !Task.isCancelled {
            await self.attempt { try await self.mails.sweep() }
            await self.attempt {
                let current = self.vault.currentNumber
                guard rewrapped != current else { return }
                let count = try await self.members.rewrapAll(countMax: Self.rewrapCountMax)
                // A second pass, for whoever took the old key before the first and committed after it.
                if count == 0, last == current { rewrapped = current }
                last = current
            }
            await self.attempt { try await self.signIns.sweep() }
            await self.attempt { try await self.relay.sweep() }
            await self.attempt { try await self.members.sweep() }
            await loop.pause(Self.sweepTime)
        }
    }

    /// One that fails keeps none of the others from their work.
    private func attempt(_ sweep: () async throws -> Void) async {
        do {
            try await sweep()
        } catch {
            self.log.warning("members not swept", ["reason": .text(Self.sentence(error))])
        }
    }

    /// Tries until it succeeds.
    private func insist(
        _ event: StaticString, on loop: EventLoop, _ body: () async throws -> Void
    ) async {
        while !Task.isCancelled {
            do {
                return try await body()
            } catch {
                self.log.warning(event, ["reason": .text(Self.sentence(error))])
                await loop.pause(Self.retryTime)
            }
        }
    }

    /// Errors of the database and of reading say nothing of what they are about.
    private static func sentence(_ error: any Error) -> String { "\(error)" }
}
