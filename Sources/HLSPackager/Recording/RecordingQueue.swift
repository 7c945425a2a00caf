/// What of one stream waits for the disk. A value with bounds: it never makes anyone wait.
struct RecordingQueue: Sendable {
    enum Work: Sendable {
        case segment(RecordingItem)
        /// The show is over.
        case end
    }

    enum Outcome: Equatable, Sendable {
        case queued
        /// Its media was let go: there is too much already.
        case lostMedia
        /// Not even a gap is remembered.
        case full
    }

    private(set) var work: [Work] = []
    private(set) var byteCount = 0

    /// - Parameter byteCountMax: For the queue with this segment in it.
    mutating func add(_ item: RecordingItem, byteCountMax: Int, countMax: Int) -> Outcome {
        guard self.work.count < countMax else { return .full }
        guard self.byteCount + item.byteCount <= byteCountMax else {
            self.work.append(.segment(item.asGap))
            return .lostMedia
        }
        self.work.append(.segment(item))
        self.byteCount += item.byteCount
        return .queued
    }

    mutating func addEnd() { self.work.append(.end) }

    /// The segments up to the next end, and whether there is one.
    mutating func take() -> (items: [RecordingItem], isEnd: Bool) {
        var items: [RecordingItem] = []
        var count = 0
        var isEnd = false
        loop: for work in self.work {
            count += 1
            switch work {
            case .segment(let item): items.append(item)
            case .end:
                isEnd = true
                break loop
            }
        }
        self.work.removeFirst(count)
        self.byteCount -= items.reduce(0) { $0 + $1.byteCount }
        return (items, isEnd)
    }
}
