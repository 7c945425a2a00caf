/// What waits for one listener. A listener that does not keep up loses messages, and is told so instead.
struct NotificationQueue {
    let countMax: Int
    private var waiting = FIFO<PostgresNotification>()

    init(countMax: Int) { self.countMax = countMax }

    var count: Int { self.waiting.count }

    mutating func push(_ notification: PostgresNotification) {
        if notification == .resynchronize || self.waiting.count >= self.countMax {
            // What was told before is read again anyway.
            self.waiting = FIFO()
            self.waiting.append(.resynchronize)
        } else {
            self.waiting.append(notification)
        }
    }

    mutating func pop() -> PostgresNotification? { self.waiting.popFirst() }
}
