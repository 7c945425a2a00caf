import TestSupport

@testable import Ticketing

/// What the database keeps of one queue, with its rules, in virtual time: the statements of `QueueRoomStatements` and
/// `QueueMemberStatements` as a value. A copy of it is what a restart finds.
struct VirtualQueue {
    struct Member {
        var number: Int64
        var place: Int64?
        var passUntil: Int64?
        var hasEnded = false
    }

    static let second = QueueRoom.microsecondsPerSecond
    var settings: QueueRoom.Settings
    var isPaused = false
    var now: Int64 = 0
    var lastNumber: Int64 = 0
    var drawnCount: Int64?
    var admitted: Int64 = 0
    var pacedAt: Int64 = 0
    var steps: [(upto: Int64, at: Int64)] = []
    var members: [Int64: Member] = [:]
    let seed: [UInt8]
    let limits = QueueLimits()

    init(_ settings: QueueRoom.Settings, seed: UInt64) {
        self.settings = settings
        var random = SplitMix(seed: seed)
        self.seed = random.bytes(QueueDraw.seedByteCount)
    }

    private var claimTime: Int64 { QueueStore.microseconds(self.limits.claimTime) }
    private var countedTime: Int64 { self.claimTime + QueueStore.microseconds(self.limits.claimGraceTime) }

    mutating func join(_ member: Int64) -> Int64 {
        if let known = self.members[member], !known.hasEnded, (known.passUntil ?? .max) > self.now {
            return known.number
        }
        self.lastNumber += 1
        self.members[member] = Member(number: self.lastNumber)
        return self.lastNumber
    }

    func read(reusing known: QueueRoom? = nil) -> QueueRoom {
        var room = QueueRoom(concert: 1, settings: self.settings)
        room.lastNumber = self.lastNumber
        room.drawnCount = self.drawnCount
        room.admitted = self.admitted
        room.pacedAt = self.pacedAt
        room.isPaused = self.isPaused
        room.seed = self.drawnCount == nil ? nil : self.seed
        let before = self.steps.last { $0.at <= self.now - self.countedTime }?.upto ?? 0
        let given = self.members.values.count { ($0.place ?? -1) >= before && ($0.place ?? .max) < self.admitted }
        room.active = self.validCount + self.admitted - before - Int64(given)
        room.recentCount = self.admitted - before
        room.recentTime = self.countedTime
        room.readAt = self.now
        room.prepareDraw(reusing: known)
        return room
    }

    /// Members who may buy now.
    var validCount: Int64 {
        Int64(self.members.values.count { !$0.hasEnded && ($0.passUntil ?? .min) > self.now })
    }

    /// What a process does that saw `room`: how many it admitted.
    @discardableResult
    mutating func tick(_ room: QueueRoom) -> Int64 {
        switch room.move(now: room.readAt) {
        case .rest: return 0
        case .open:
            guard self.drawnCount == nil else { return 0 }
            self.drawnCount = self.lastNumber
            self.pacedAt = self.now - Self.second
            return 0
        case .admit(let count):
            guard self.admitted == room.admitted, !self.isPaused else { return 0 }
            self.admitted += count
            self.pacedAt = max(self.pacedAt, self.now - Self.second) + room.time(for: count)
            self.steps.append((self.admitted, self.now))
            return count
        }
    }

    /// Whether a member may buy from now on.
    mutating func claim(_ member: Int64, _ place: Int64) -> Bool {
        guard let known = self.members[member], !known.hasEnded else { return false }
        if let until = known.passUntil { return until > self.now }
        guard let step = self.steps.first(where: { $0.upto > place }), self.now < step.at + self.claimTime else {
            return false
        }
        self.members[member]?.place = place
        self.members[member]?.passUntil = self.now + QueueStore.microseconds(self.limits.passTime)
        return true
    }

    mutating func end(_ member: Int64, place: Int64?) {
        guard let known = self.members[member], !known.hasEnded else { return }
        self.members[member]?.hasEnded = true
        self.members[member]?.place = known.place ?? place
    }
}
