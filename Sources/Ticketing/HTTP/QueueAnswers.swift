internal import HTTPServer
internal import Postgres
internal import Primitives

/// Where a member stands.
struct QueueAnswer: JSONEncodable {
    enum Status: String {
        case waiting = "WAITING"
        case admitted = "ADMITTED"
        case soldOut = "SOLD_OUT"
    }

    var status: Status
    /// Counts from 1, for who has the next turn; 0 for who is admitted. Nil before places are drawn.
    var position: Int64?
    var etaSeconds: Int64?
    var pollAfterMilliseconds: Int64
    /// Nil where there is no queue.
    var ticket: String?
    var number: Int64?
    /// Counts from 0; whoever is below `admitted` of the watermark has had his turn. Nil before places are drawn.
    var place: Int64?
    var opensAt: Int64?
    /// The organizer lets nobody in for the moment: how long it takes cannot be said.
    var isPaused = false
    var pass: (text: String, until: Int64)?

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("status", self.status.rawValue)
            writer.member("position", self.position)
            writer.member("ahead", self.position.map { max($0 - 1, 0) })
            writer.member("etaSeconds", self.etaSeconds)
            writer.member("paused", self.isPaused)
            writer.member("pollAfterMs", self.pollAfterMilliseconds)
            writer.member("queueTicket", self.ticket)
            writer.member("number", self.number)
            writer.member("place", self.place)
            if let opensAt = self.opensAt { writer.member("opensAt", QueueTime.text(opensAt)) }
            if let pass = self.pass {
                writer.member("queuePass", pass.text)
                writer.member("passExpiresAt", QueueTime.text(pass.until))
            }
        }
    }
}

/// How far a queue is: the same for everybody.
struct QueueWatermark: JSONEncodable {
    let room: QueueRoom

    var state: String {
        if !self.room.settings.isEnabled { return "NONE" }
        if self.room.isSoldOut { return "SOLD_OUT" }
        if !self.room.hasOpened { return "PREQUEUE" }
        return self.room.isPaused ? "PAUSED" : "OPEN"
    }

    func encode(to writer: inout JSONWriter) {
        let room = self.room
        writer.object { writer in
            writer.member("concertId", room.concert)
            writer.member("state", self.state)
            // By itself: before the opening and after the last seat the state says something else.
            writer.member("paused", room.isPaused)
            writer.member("opensAt", QueueTime.text(room.settings.opensAt))
            writer.member("admitted", room.admitted)
            writer.member("lastNumber", room.lastNumber)
            writer.member("waiting", room.waitingCount)
            writer.member("active", room.active)
            writer.member("admitPerSecond", room.settings.admitPerSecond)
            writer.member("maxActive", room.settings.activeMax)
            writer.member("verifiedOnly", room.settings.isForVerified)
            writer.member("olderAccountsOnly", room.settings.isForOlder)
            writer.member("drawCount", room.drawnCount)
            writer.member("seedHash", Self.hexadecimal(room.commitment))
            writer.member("seed", room.seed.map(Self.hexadecimal))
            writer.member("asOf", QueueTime.text(room.readAt))
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in bytes { HexText.append(UInt64(byte), digitCount: 2, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Microseconds of the database's clock, as people read them.
enum QueueTime {
    static func text(_ time: Int64) -> String { PostgresTimestamp(microseconds: time).wallClock.rfc3339 }
}

extension QueueAnswer {
    private static let ticketText = String(repeating: "t", count: 56)

    /// One for each way in which members are answered.
    static let examples = [
        QueueAnswer(
            status: .waiting, position: 1204, etaSeconds: 7, pollAfterMilliseconds: 1130, ticket: ticketText,
            number: 311, place: 9203),
        QueueAnswer(
            status: .waiting, etaSeconds: 600, pollAfterMilliseconds: 27_310, ticket: ticketText, number: 311,
            opensAt: 820_450_800_000_000),
        QueueAnswer(
            status: .admitted, position: 0, etaSeconds: 0, pollAfterMilliseconds: 30_000, ticket: ticketText,
            number: 311, place: 9203, pass: (String(repeating: "p", count: 67), 820_451_400_000_000)),
        QueueAnswer(status: .admitted, position: 0, etaSeconds: 0, pollAfterMilliseconds: 30_000),
        QueueAnswer(status: .soldOut, pollAfterMilliseconds: 30_000),
    ]
}

extension QueueWatermark {
    static let examples = [
        QueueWatermark(room: .example(drawn: nil)), QueueWatermark(room: .example(drawn: 9000)),
    ]
}

extension QueueRoom {
    fileprivate static func example(drawn: Int64?) -> QueueRoom {
        let settings = Settings(isEnabled: true, admitPerSecond: 200, activeMax: 2000, opensAt: 820_450_800_000_000)
        var room = QueueRoom(concert: 17, settings: settings)
        room.lastNumber = 12_000
        room.drawnCount = drawn
        room.commitment = [UInt8](repeating: 0xA5, count: 32)
        room.readAt = 820_450_800_000_000
        guard drawn != nil else { return room }
        room.seed = [UInt8](repeating: 0x5A, count: 32)
        room.admitted = 8000
        room.active = 1987
        return room
    }
}
