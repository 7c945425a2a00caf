internal import Auth
internal import Crypto
internal import HTTPServer
internal import Observability
internal import Primitives

/// Fills an empty database with a show to try Podo with, once, and tells of it in `demo.json`.
///
/// Who the members are is written down first, with their passwords, and taken away last. So a start that finds it goes
/// on where one was interrupted: an account, a stage and a concert are each there whole or not at all. Nobody's own
/// data comes to be beside a demo, or a demo beside it.
struct Demo: Sendable {
    private let members: Members
    private let streamKeys: StreamKeys
    private let api: DemoAPI
    private let document: DemoFile
    private let begun: DemoFile
    private let baseURL: String
    private let rtmpURL: String

    private static let actor = "demo"
    private static let streamKeyTime = TimeAmount.seconds(365 * 86_400)

    init(
        members: Members, streamKeys: StreamKeys, routes: [HTTPRoute], dataDirectory: String, baseURL: String,
        rtmpURL: String
    ) throws(StartError) {
        self.members = members
        self.streamKeys = streamKeys
        self.api = try DemoAPI(routes)
        self.document = DemoFile(path: dataDirectory + "/" + DemoDocument.fileName)
        self.begun = DemoFile(path: dataDirectory + "/" + DemoAccounts.fileName)
        self.baseURL = baseURL
        self.rtmpURL = rtmpURL
    }

    /// What there is to try. Changes nothing where there is a demo that can be watched.
    func prepare(now: WallClock) async throws -> DemoDocument {
        guard let known = try self.document.read(DemoDocument.self) else { return try await self.fill(now: now) }
        let current = try await self.broughtUpToDate(known, now: now)
        if current.text != known.text { try self.document.write(current) }
        self.begun.remove()
        return current
    }

    // MARK: A demo that is there

    private func broughtUpToDate(_ known: DemoDocument, now: WallClock) async throws -> DemoDocument {
        let seller = try await self.find(known.accounts.seller)
        guard let seller, let admin = try await self.find(known.accounts.admin) else { throw self.isOfAnother }
        let isOpen = self.streamKeys.find([known.streamKey], now: now).stream == Self.stream(known.scheduleID)
        // Whoever has rotated the key has the password still, or has changed both and needs no demo.json any more.
        if !isOpen {
            let isOurs = try await self.members.isPassword(known.accounts.admin.password, of: admin)
            guard isOurs else { throw self.isOfAnother }
        }
        var current = known
        (current.baseURL, current.rtmpURL) = (self.baseURL, self.rtmpURL)
        let path = "/api/v1/concert/\(known.concertID)"
        let concert = try await self.api.find(path, DemoAnswers.Concert.self)
        if concert?.goesOn(known.scheduleID) != true {
            // On a stage of its own: that of the one before may be taken for as long as was planned.
            (current.concertID, current.scheduleID) = try await self.newShow(as: Self.seller(seller), now: now)
            current.seatIDs = try await self.freeSeats(of: current.scheduleID)
            if concert?.isOnSale == true {
                _ = try await self.api.post(path + "/close", [], as: Self.seller(seller), DemoAnswers.Made.self)
            }
        } else if isOpen {
            return current
        }
        current.streamKey = try await self.streamKey(of: current.scheduleID, seller: seller, now: now)
        return current
    }

    private var isOfAnother: StartError {
        StartError(
            "demo: \(self.document.path) tells of a demo that this database has not; take the file away, or choose "
                + "another data-dir or database-url")
    }

    // MARK: A new one

    private func fill(now: WallClock) async throws -> DemoDocument {
        let accounts = try await self.begin()
        _ = try await self.account(accounts.admin, role: .manager, name: "관리자 Admin")
        let seller = try await self.account(accounts.seller, role: .seller, name: "포도 기획 Podo Presents")
        for (index, fan) in accounts.fans.enumerated() {
            _ = try await self.account(fan, role: .user, name: "팬 Fan \(index + 1)")
        }
        let (concert, schedule) = try await self.show(as: Self.seller(seller), now: now)
        let document = DemoDocument(
            baseURL: self.baseURL, rtmpURL: self.rtmpURL,
            streamKey: try await self.streamKey(of: schedule, seller: seller, now: now), concertID: concert,
            scheduleID: schedule, seatIDs: try await self.freeSeats(of: schedule), accounts: accounts)
        try self.document.write(document)
        self.begun.remove()
        return document
    }

    /// Who will be there: those of a start that was interrupted, if all who are there are of them.
    private func begin() async throws -> DemoAccounts {
        let begun = try self.begun.read(DemoAccounts.self)
        var ownCount = 0
        for account in begun?.all ?? [] {
            guard let id = try await self.find(account) else { continue }
            // Of another demo there would be somebody of the same address.
            guard try await self.members.isPassword(account.password, of: id) else { throw self.isNotEmpty }
            ownCount += 1
        }
        let hasStrangers = try await self.members.count(upTo: ownCount + 1) != ownCount
        guard !hasStrangers, begun != nil || self.streamKeys.count == 0 else { throw self.isNotEmpty }
        if let begun { return begun }
        let accounts = DemoAccounts.random()
        try self.begun.write(accounts)
        return accounts
    }

    private var isNotEmpty: StartError {
        StartError(
            "demo: the database is not empty, and \(self.document.path) is not there: a demo is made in an empty one "
                + "only. Choose another data-dir or database-url, or start without demo")
    }

    private func find(_ account: DemoAccount) async throws -> Int64? {
        guard let email = EmailAddress(account.email) else { return nil }
        return try await self.members.find(email)
    }

    private func account(_ account: DemoAccount, role: MemberRole, name: String) async throws -> Int64 {
        if let id = try await self.find(account) { return id }
        guard let email = EmailAddress(account.email), let name = PersonName(name) else { throw self.isNotEmpty }
        return try await self.members.create(role: role, name: name, email: email, password: account.password)
    }

    /// The show of a start that was interrupted, or a new one.
    private func show(as caller: HTTPCaller, now: WallClock) async throws -> (concert: Int64, schedule: Int64) {
        let all = try await self.api.get("/api/v1/member/me/concert", as: caller, DemoAnswers.Page.self)
        guard let known = all.items.first else {
            let stage = try await self.api.get("/api/v1/stage", as: caller, DemoAnswers.Page.self).items.first
            return try await self.newShow(on: stage, as: caller, now: now)
        }
        let concert = try await self.api.get("/api/v1/concert/\(known.id)", DemoAnswers.Concert.self)
        guard let schedule = concert.schedules.last else { throw HTTPProblem.notFound }
        return (known.id, schedule.id)
    }

    // MARK: Parts of both

    private func newShow(
        on known: DemoAnswers.Made? = nil, as caller: HTTPCaller, now: WallClock
    ) async throws -> (concert: Int64, schedule: Int64) {
        var stage = known
        if stage == nil {
            stage = try await self.api.post("/api/v1/stage", DemoShow.stage, as: caller, DemoAnswers.Made.self)
        }
        guard let stage else { throw HTTPProblem.internalError }
        let made = try await self.api.post(
            "/api/v1/concert", DemoShow.concert(stage: stage.id, now: now), as: caller, DemoAnswers.Made.self)
        guard let schedule = made.schedules.first else { throw HTTPProblem.notFound }
        return (made.id, schedule.id)
    }

    private func streamKey(of schedule: Int64, seller: Int64, now: WallClock) async throws -> Secret<String> {
        let until = WallClock(unixMilliseconds: now.unixMilliseconds + Self.streamKeyTime.milliseconds)
        let issue = StreamKeyIssue(
            stream: Self.stream(schedule), schedule: schedule, owner: seller, validFrom: now, validUntil: until)
        guard let issue else { throw HTTPProblem.internalError }
        return try await self.streamKeys.issue(issue, actor: Self.actor)
    }

    private func freeSeats(of schedule: Int64) async throws -> [Int64] {
        try await self.api.get("/api/v1/schedule/\(schedule)/seat", DemoAnswers.Seats.self).free
    }

    private static func stream(_ schedule: Int64) -> String { "schedule-\(schedule)" }

    private static func seller(_ id: Int64) -> HTTPCaller { HTTPCaller(memberID: id, role: .seller, proof: .bearer) }
}

extension DemoDocument {
    fileprivate var text: [UInt8] {
        var writer = JSONWriter()
        self.encode(to: &writer)
        return writer.bytes
    }
}

extension DemoAccounts {
    fileprivate var all: [DemoAccount] { [self.admin, self.seller] + self.fans }

    /// Addresses that no mail ever leaves for, and passwords that nobody guesses.
    static func random() -> DemoAccounts {
        func account(_ name: String) -> DemoAccount {
            DemoAccount(email: name + "@podo.example", password: Secret(Base64URL.string(SecureRandom.bytes(15))))
        }
        return DemoAccounts(
            admin: account("admin"), seller: account("seller"), fans: (1...self.fanCount).map { account("fan\($0)") })
    }
}
