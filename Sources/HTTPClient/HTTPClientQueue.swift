/// Who may send now, who waits, who is refused: first come, first served, within two bounds.
struct HTTPClientQueue<Element: AnyObject> {
    enum Admission: Equatable {
        case start
        case wait
        case refuse
    }

    private let runningCountMax: Int
    private let waitingCountMax: Int
    private(set) var runningCount = 0
    private var waiting: [Element] = []

    init(runningCountMax: Int, waitingCountMax: Int) {
        precondition(runningCountMax > 0 && waitingCountMax >= 0, "somebody may send")
        self.runningCountMax = runningCountMax
        self.waitingCountMax = waitingCountMax
    }

    var waitingCount: Int { self.waiting.count }

    mutating func admit(_ element: Element) -> Admission {
        if self.runningCount < self.runningCountMax {
            self.runningCount += 1
            return .start
        }
        guard self.waiting.count < self.waitingCountMax else { return .refuse }
        self.waiting.append(element)
        return .wait
    }

    /// One that ran has ended; what is returned runs in its place.
    mutating func finishOne() -> Element? {
        precondition(self.runningCount > 0, "who ends has begun")
        if !self.waiting.isEmpty { return self.waiting.removeFirst() }
        self.runningCount -= 1
        return nil
    }

    /// True when it waited; it does not any more.
    mutating func abandon(_ element: Element) -> Bool {
        guard let index = self.waiting.firstIndex(where: { $0 === element }) else { return false }
        self.waiting.remove(at: index)
        return true
    }

    /// Everybody who waited.
    mutating func abandonAll() -> [Element] {
        defer { self.waiting = [] }
        return self.waiting
    }
}
