package import HTTPServer
internal import Primitives
internal import Synchronization

/// The newest requests, in memory: each loop has its own, so that none waits for another, and what is old is written
/// over. Only routes of the API are here, by their labels; nothing that a client wrote is kept. Looks at this very list
/// are not: each would be news to whoever looks, who would look again.
package final class RecentRequests: HTTPRequestObserver {
    private struct Ring {
        var entries: [RecentRequest] = []
        var next = 0
    }

    /// A cache line and a lock of each loop's own.
    private final class Part: Sendable {
        let ring = Mutex(Ring())
    }

    private let routeLabels: Set<String>
    private let countMax: Int
    private let parts: [Part]
    private let lastNumber = Atomic<Int64>(0)

    package init(routeLabels: Set<String>, loopCount: Int, limits: ViewLimits = ViewLimits()) {
        self.routeLabels = routeLabels.subtracting(ViewRoutes.requestLabels)
        self.countMax = limits.requestCountOfLoopMax
        self.parts = (0..<loopCount).map { _ in Part() }
    }

    package func observes(_ routeLabel: String) -> Bool { self.routeLabels.contains(routeLabel) }

    package func answered(_ answer: HTTPAnsweredRequest) {
        guard self.parts.indices.contains(answer.loop) else { return }
        let number = self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        let entry = RecentRequest(number: number, at: .now, answer: answer)
        self.parts[answer.loop].ring.withLock { ring in
            if ring.entries.count < self.countMax {
                ring.entries.append(entry)
            } else {
                ring.entries[ring.next] = entry
                ring.next = (ring.next + 1) % self.countMax
            }
        }
    }

    /// Newest first, of those that fit, with a number below `before`.
    func list(_ filter: RecentRequestFilter, before: Int64, countMax: Int) -> [RecentRequest] {
        let found = self.parts.flatMap { part in
            part.ring.withLock { $0.entries.filter { $0.number < before && filter.fits($0) } }
        }
        return Array(found.sorted { $0.number > $1.number }.prefix(countMax))
    }

    /// Oldest first, of those with a larger number; the newest, when there are more. How many those are that are not
    /// told of.
    func news(since number: Int64, countMax: Int) -> (requests: [RecentRequest], missedCount: Int) {
        let found = self.list(RecentRequestFilter(), before: .max, countMax: .max).prefix { $0.number > number }
        return (found.prefix(countMax).reversed(), max(found.count - countMax, 0))
    }

    var newest: Int64 { self.lastNumber.load(ordering: .relaxed) }
}

/// One of them.
struct RecentRequest: Sendable {
    /// Grows from one to the next, in this process.
    let number: Int64
    let at: WallClock
    let answer: HTTPAnsweredRequest
}

/// Which of them are asked for. What is nil is not.
struct RecentRequestFilter: Sendable {
    /// From and to, both included.
    var statuses: ClosedRange<Int>?
    var routeLabel: String?
    var memberID: Int64?
    var timeMin: TimeAmount?

    static let routeLengthMax = 200
    static let millisecondsMax: Int64 = 3_600_000

    init() {}

    init(_ query: HTTPQuery) throws(HTTPProblem) {
        if let text = try query.single("status") { self.statuses = try Self.statuses(text) }
        self.routeLabel = try query.text("route", lengthMax: Self.routeLengthMax)
        self.memberID = try query.number("memberId", in: 1...Int64.max)
        self.timeMin = try query.number("millisecondsMin", in: 0...Self.millisecondsMax).map { .milliseconds($0) }
    }

    func fits(_ request: RecentRequest) -> Bool {
        let answer = request.answer
        if let statuses, !statuses.contains(answer.status.code) { return false }
        if let routeLabel, !routeLabel.utf8.elementsEqual(answer.routeLabel.utf8) { return false }
        if let memberID, memberID != answer.memberID { return false }
        if let timeMin, answer.time < timeMin { return false }
        return true
    }

    /// `404`, or `4xx` for all of a kind.
    private static func statuses(_ text: String) throws(HTTPProblem) -> ClosedRange<Int> {
        if let status = DecimalText.parse(text.utf8), (100...599).contains(status) { return status...status }
        let bytes = Array(text.utf8)
        if bytes.count == 3, (49...53).contains(bytes[0]), bytes[1...].elementsEqual("xx".utf8) {
            let first = Int(bytes[0] - 48) * 100
            return first...first + 99
        }
        throw HTTPProblem(.badRequest, code: "invalid-request", detail: "status is one like 404, or 4xx")
    }
}
