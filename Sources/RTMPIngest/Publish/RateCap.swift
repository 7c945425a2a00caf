internal import MediaTypes
internal import Primitives

/// Finds out whether a publisher keeps to the bitrate and frame rate of its grant.
///
/// It does not when 5 s together hold more than a tenth too much, the largest unit left out: one large keyframe is
/// not a rate. As somebody could send one large unit every 5 s, the same is asked of 50 s. Frames of all video tracks
/// count together.
struct RateCap: Sendable {
    enum Verdict: Equatable, Sendable {
        case within
        case exceededBits
        case exceededFrames
    }

    static let secondCounts = [5, 50]

    private let bitsPerSecondMax: Int?
    private let framesPerSecondMax: Int?
    private var window: RateWindow
    private var judgedSecondCount = 0

    /// Nil for no bound.
    init(bitsPerSecondMax: Int?, framesPerSecondMax: Int?, now: MonotonicTime) {
        self.bitsPerSecondMax = bitsPerSecondMax
        self.framesPerSecondMax = framesPerSecondMax
        self.window = RateWindow(start: now)
    }

    /// Counts a unit, and judges once a second.
    mutating func note(_ kind: MediaKind, byteCount: Int, now: MonotonicTime) -> Verdict {
        if self.bitsPerSecondMax == nil && self.framesPerSecondMax == nil { return .within }
        self.window.add(kind, byteCount: byteCount, isFrame: kind == .video, now: now)
        let secondCount = self.window.secondCount(now: now)
        guard secondCount > self.judgedSecondCount else { return .within }
        self.judgedSecondCount = secondCount
        for count in Self.secondCounts where secondCount >= count {
            let sum = self.window.sum(last: count, now: now)
            let bits = Double(sum.byteCount &- sum.largestByteCount) * 8 / Double(count)
            if let max = self.bitsPerSecondMax, bits > Double(max) * 1.1 { return .exceededBits }
            let frames = Double(sum.frameCount) / Double(count)
            if let max = self.framesPerSecondMax, frames > Double(max) * 1.1 { return .exceededFrames }
        }
        return .within
    }
}
