internal import Primitives

/// How often something may happen in one window of time.
///
/// Windows do not slide, so that nothing has to be remembered of single events: around the border of two windows
/// up to twice the allowance may pass.
struct HTTP2Budget: Sendable {
    private let countMax: Int
    private let window: TimeAmount
    private var windowEnd: MonotonicTime?
    private var count = 0

    init(countMax: Int, window: TimeAmount) {
        self.countMax = countMax
        self.window = window
    }

    /// False when this was one too many.
    mutating func spend(now: MonotonicTime) -> Bool {
        if self.windowEnd.map({ now >= $0 }) ?? true {
            self.windowEnd = now + self.window
            self.count = 0
        }
        self.count += 1
        return self.count <= self.countMax
    }
}
