internal import Crypto
internal import Postgres
internal import Primitives

/// What the database knows of queues, as values.
struct QueueStore: Sendable {
    let database: PostgresDatabase
    let limits: QueueLimits
    /// Which process this is, to others that move pointers.
    let node: [UInt8]

    // MARK: Queues

    /// One for each concert that is published. A queue that is to be and is not there yet is made.
    func rooms(_ concerts: [Int64]) async throws(PostgresError) -> [QueueRoom] {
        let (rooms, missing) = try await self.read(concerts, evenUnpublished: false)
        guard !missing.isEmpty else { return rooms }
        for concert in missing { try await self.create(concert) }
        let made = try await self.read(missing, evenUnpublished: false).rooms
        return rooms.filter { !missing.contains($0.concert) } + made
    }

    /// The one of a concert that may not be published.
    func room(_ concert: Int64) async throws(PostgresError) -> QueueRoom? {
        try await self.read([concert], evenUnpublished: true).rooms.first
    }

    func create(_ concert: Int64) async throws(PostgresError) {
        _ = try await self.database.run(
            QueueRoomStatements.create, concert, SecureRandom.bytes(QueueDraw.seedByteCount))
    }

    private func read(
        _ concerts: [Int64], evenUnpublished: Bool
    ) async throws(PostgresError) -> (rooms: [QueueRoom], missing: [Int64]) {
        let countedTime = Self.microseconds(self.limits.claimTime) + Self.microseconds(self.limits.claimGraceTime)
        let rows = try await self.database.run(
            QueueRoomStatements.read, concerts, self.node, countedTime, evenUnpublished)
        var (rooms, missing): ([QueueRoom], [Int64]) = ([], [])
        for row in rows {
            let room = try Self.room(row, recentTime: countedTime)
            rooms.append(room)
            let isThere: Bool = try row.get(5)
            if room.settings.isEnabled, !isThere { missing.append(room.concert) }
        }
        return (rooms, missing)
    }

    private static func room(_ row: PostgresRow, recentTime: Int64) throws(PostgresError) -> QueueRoom {
        // Infinities are allowed and far away; this is far enough.
        func time(_ column: Int) throws(PostgresError) -> Int64 {
            min(max(try row.get(column, as: PostgresTimestamp.self).microseconds, -(1 << 60)), 1 << 60)
        }
        let settings = QueueRoom.Settings(
            isEnabled: try row.get(1), admitPerSecond: try row.get(2), activeMax: try row.get(3),
            opensAt: try time(4), closesAt: try time(18), isForVerified: try row.get(19), isForOlder: try row.get(20))
        var room = QueueRoom(concert: try row.get(0), settings: settings)
        room.lastNumber = try row.get(6)
        room.drawnCount = try row.get(7)
        room.admitted = try row.get(8)
        room.pacedAt = try row.get(9, as: PostgresTimestamp.self).microseconds
        room.isPaused = try row.get(10)
        room.isSoldOut = try row.get(11)
        room.commitment = try row.get(12, as: [UInt8]?.self) ?? []
        room.seed = try row.get(13)
        room.isMovedElsewhere = try row.get(14)
        room.active = try row.get(15)
        room.recentCount = try row.get(16)
        room.recentTime = recentTime
        room.readAt = try row.get(17, as: PostgresTimestamp.self).microseconds
        return room
    }

    /// Those that have opened now, with how many took part in the draw.
    func open(_ concerts: [Int64]) async throws(PostgresError) -> [(concert: Int64, drawnCount: Int64)] {
        var opened: [(concert: Int64, drawnCount: Int64)] = []
        for row in try await self.database.run(QueueRoomStatements.open, concerts) {
            opened.append((try row.get(0), try row.get(1)))
        }
        return opened
    }

    /// Moves pointers on by so many, and says which have moved.
    func admit(_ moves: [(room: QueueRoom, count: Int64)]) async throws(PostgresError) -> Set<Int64> {
        let concerts = moves.map(\.room.concert)
        let (old, new) = (moves.map(\.room.admitted), moves.map { $0.room.admitted + $0.count })
        let times = moves.map { $0.room.time(for: $0.count) }
        let rows = try await self.database.run(
            QueueRoomStatements.admit, self.node, Self.microseconds(self.limits.leaseTime), concerts, old, new, times)
        var moved: Set<Int64> = []
        for row in rows { moved.insert(try row.get(0)) }
        return moved
    }

    func setSoldOut(_ isSoldOut: Bool, _ concert: Int64) async throws(PostgresError) {
        _ = try await self.database.run(QueueRoomStatements.soldOut, concert, isSoldOut)
    }

    // MARK: Members

    struct Entry: Sendable {
        let number: Int64
        /// Until when he may buy; nil while he may not.
        let passUntil: Int64?
    }

    /// What becomes of a member who joins.
    enum Joined: Equatable, Sendable {
        case number(Int64)
        /// There are no more numbers.
        case full
        /// The queue is for members alone whose address is verified.
        case unverified
        /// The queue is for those alone who were members before the sale opens.
        case tooNew
    }

    /// The numbers of members of one queue, new ones for those who have none.
    func join(_ concert: Int64, _ members: [Int64]) async throws(PostgresError) -> [Joined] {
        var numbers: [Int64: Int64] = [:]
        let wanted = Array(Set(members))
        // In the order in which they came.
        var seen: Set<Int64> = []
        let ordered = members.filter { seen.insert($0).inserted }
        for row in try await self.database.run(
            QueueMemberStatements.join, concert, ordered, QueueLimits.numberMax)
        {
            numbers[try row.get(0)] = try row.get(1)
        }
        let known = wanted.filter { numbers[$0] == nil }
        if !known.isEmpty {
            for (member, entry) in try await self.find(concert, known) { numbers[member] = entry.number }
        }
        var barred: [Int64: Joined] = [:]
        let others = wanted.filter { numbers[$0] == nil }
        if !others.isEmpty {
            for row in try await self.database.run(QueueMemberStatements.barred, concert, others) {
                barred[try row.get(0)] = try row.get(1) ? .unverified : .tooNew
            }
        }
        return members.map { member in numbers[member].map { .number($0) } ?? barred[member] ?? .full }
    }

    func find(_ concert: Int64, _ members: [Int64]) async throws(PostgresError) -> [Int64: Entry] {
        var entries: [Int64: Entry] = [:]
        for row in try await self.database.run(QueueMemberStatements.find, concert, members) {
            let until = try row.get(2, as: PostgresTimestamp?.self)?.microseconds
            let isValid: Bool = try row.get(3)
            entries[try row.get(0)] = Entry(number: try row.get(1), passUntil: isValid ? until : nil)
        }
        return entries
    }

    /// Until when each may buy; nil for a turn that is over.
    func claim(
        _ concert: Int64, _ claims: [(ticket: QueueTicket, place: Int64)]
    ) async throws(PostgresError) -> [Int64?] {
        let rows = try await self.database.run(
            QueueMemberStatements.claim, concert, claims.map(\.ticket.member), claims.map(\.ticket.number),
            claims.map(\.place), Self.microseconds(self.limits.passTime), Self.microseconds(self.limits.claimTime))
        var taken: [QueueTicket: Int64] = [:]
        for row in rows {
            let ticket = QueueTicket(concert: concert, member: try row.get(0), number: try row.get(1))
            taken[ticket] = try row.get(2, as: PostgresTimestamp.self).microseconds
        }
        // Another process may have taken one of these for the same member at the same moment.
        let missing = claims.map(\.ticket).filter { taken[$0] == nil }
        if !missing.isEmpty {
            let entries = try await self.find(concert, missing.map(\.member))
            for ticket in missing {
                guard let entry = entries[ticket.member], entry.number == ticket.number else { continue }
                taken[ticket] = entry.passUntil
            }
        }
        return claims.map { taken[$0.ticket] }
    }

    /// Whether each may buy now.
    func check(_ concert: Int64, _ tickets: [QueueTicket]) async throws(PostgresError) -> [Bool] {
        var valid: Set<QueueTicket> = []
        let (members, numbers) = (tickets.map(\.member), tickets.map(\.number))
        for row in try await self.database.run(QueueMemberStatements.check, concert, members, numbers) {
            valid.insert(QueueTicket(concert: concert, member: try row.get(0), number: try row.get(1)))
        }
        return tickets.map(valid.contains)
    }

    /// False when he had none any more.
    func leave(_ ticket: QueueTicket, place: Int64?) async throws(PostgresError) -> Bool {
        try await self.database.run(
            QueueMemberStatements.leave, ticket.concert, ticket.member, ticket.number, place
        ).affectedCount == 1
    }

    /// Ends the turn in which something was reserved, if it is still under way.
    func finish(
        _ concert: Int64, _ member: Int64, reservation: Int64, in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        _ = try await transaction.run(
            QueueMemberStatements.finish, concert, member, reservation, Self.microseconds(self.limits.passTime))
    }

    static func microseconds(_ time: TimeAmount) -> Int64 { time.nanoseconds / 1000 }
}
