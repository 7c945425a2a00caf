internal import Primitives

/// Follows the frame headers of what a client sends, before nghttp2 sees it, and says when there are too many.
///
/// Counts CONTINUATION frames and bytes of each header block, which nghttp2 1.52 does not bound, and frames that
/// make work without bringing a request or a body (CVE-2019-9511, -9512, -9514, -9515, -9518 and the CONTINUATION
/// flood).
/// Keeps a few numbers and none of the bytes; payloads are skipped, and left to nghttp2 to judge.
struct HTTP2FrameWalker: Sendable {
    struct Violation: Equatable {
        /// What lies before it was lawful: it may be processed.
        let offset: Int
        let error: HTTPSessionError
    }

    /// Bytes of body that earn the client one WINDOW_UPDATE free of charge: fast downloads need many.
    static let byteCountPerWindowUpdate = 1024

    private static let prefaceByteCount = 24
    private static let frameHeadByteCount = 9

    // The frame types and flags of RFC 9113 §6 that matter here.
    private enum FrameType {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let resetStream: UInt8 = 3
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    private enum Flag {
        static let endStream: UInt8 = 0x1
        static let endHeaders: UInt8 = 0x4
        static let padded: UInt8 = 0x8
    }

    private let limits: HTTPLimits
    private var budget: HTTP2Budget
    private var windowUpdateCredit = 0
    /// Bytes of body sent that have not earned a whole credit yet.
    private var uncreditedByteCount = 0
    /// Requests with a body, each of which may end with one empty DATA frame free of charge.
    private var emptyEndCredit = 0
    /// DATA and HEADERS frames that have ended, and those of them that nghttp2 has dropped.
    private var messageFrameCount = 0
    private var ignoredFrameCount = 0

    private var prefaceLeft = Self.prefaceByteCount
    // The frame at hand: how much of its head has come, what that said, and what is left of its payload.
    private var headCount = 0
    private var length = 0
    private var type: UInt8 = 0
    private var flags: UInt8 = 0
    private var payloadLeft = 0
    private var awaitsPadLength = false

    // The header block at hand.
    private var continuationCount = 0
    private var blockByteCount = 0
    /// Counts header blocks, so that two that follow one another can be told apart.
    private(set) var blockIndex = 0
    /// A header block has begun and not ended.
    private(set) var isInHeaderBlock = false

    init(limits: HTTPLimits) {
        self.limits = limits
        self.budget = HTTP2Budget(countMax: limits.controlFrameCountMax, window: limits.budgetWindow)
    }

    /// True once the client has sent its preface and the whole of its first frame.
    private(set) var hasFirstFrame = false

    /// Body bytes were sent: the client may open its windows accordingly. Bytes count and frames do not, or a window
    /// opened byte by byte would pay for itself.
    mutating func earnWindowUpdates(bodyByteCount: Int, endsBody: Bool) {
        self.uncreditedByteCount += bodyByteCount
        let earned = self.uncreditedByteCount / Self.byteCountPerWindowUpdate + (endsBody ? 1 : 0)
        self.uncreditedByteCount %= Self.byteCountPerWindowUpdate
        self.windowUpdateCredit = min(self.windowUpdateCredit + earned, self.limits.controlFrameCountMax)
    }

    /// Charges for DATA and HEADERS of closed streams, which nghttp2 drops without a word. `toldCount` is how many
    /// it has told of so far, when it has seen all that was walked.
    mutating func chargeIgnoredFrames(toldCount: Int, now: MonotonicTime) -> HTTPSessionError? {
        while self.messageFrameCount - self.ignoredFrameCount > toldCount {
            self.ignoredFrameCount += 1
            if let error = self.spend(now) { return error }
        }
        return nil
    }

    /// Follows further bytes; nil when all are lawful. After a violation the walker is of no further use.
    mutating func walk(_ bytes: UnsafeRawBufferPointer, now: MonotonicTime) -> Violation? {
        var offset = min(self.prefaceLeft, bytes.count)
        self.prefaceLeft -= offset
        while offset < bytes.count {
            if self.headCount < Self.frameHeadByteCount {
                self.takeHead(bytes[offset])
                if self.headCount == Self.frameHeadByteCount, let error = self.beginFrame(now) {
                    return Violation(offset: offset, error: error)
                }
                offset += 1
            } else if self.awaitsPadLength {
                self.awaitsPadLength = false
                if Int(bytes[offset]) + 1 >= self.length, let error = self.judgeEmptyData(now) {
                    return Violation(offset: offset, error: error)
                }
                self.payloadLeft -= 1
                offset += 1
            } else {
                let skipped = min(self.payloadLeft, bytes.count - offset)
                self.payloadLeft -= skipped
                offset += skipped
            }
            if self.headCount == Self.frameHeadByteCount, self.payloadLeft == 0 { self.endFrame() }
        }
        return nil
    }

    private mutating func takeHead(_ byte: UInt8) {
        switch self.headCount {
        case 0: self.length = Int(byte)
        case 1, 2: self.length = self.length << 8 | Int(byte)
        case 3: self.type = byte
        case 4: self.flags = byte
        default: break
        }
        self.headCount += 1
    }

    private mutating func beginFrame(_ now: MonotonicTime) -> HTTPSessionError? {
        self.payloadLeft = self.length
        switch self.type {
        case FrameType.data:
            return self.beginData(now)
        case FrameType.headers:
            self.blockIndex &+= 1
            self.isInHeaderBlock = true
            self.continuationCount = 0
            self.blockByteCount = self.length
            if self.flags & Flag.endStream == 0 {
                self.emptyEndCredit = min(self.emptyEndCredit + 1, self.limits.streamCountMax)
            }
            return self.blockByteCount > self.limits.headByteCountMax ? .headerBlockTooLarge : nil
        case FrameType.continuation:
            self.continuationCount += 1
            self.blockByteCount += self.length
            if self.continuationCount > self.limits.continuationFrameCountMax { return .continuationFlood }
            return self.blockByteCount > self.limits.headByteCountMax ? .headerBlockTooLarge : nil
        case FrameType.resetStream:
            // Has a budget of its own in the session.
            return nil
        case FrameType.windowUpdate where self.windowUpdateCredit > 0:
            self.windowUpdateCredit -= 1
            return nil
        default:
            return self.spend(now)
        }
    }

    private mutating func spend(_ now: MonotonicTime) -> HTTPSessionError? {
        self.budget.spend(now: now) ? nil : .controlFrameFlood
    }

    /// Padding may hide that there is no byte of body.
    private mutating func beginData(_ now: MonotonicTime) -> HTTPSessionError? {
        if self.length == 0 { return self.judgeEmptyData(now) }
        self.awaitsPadLength = self.flags & Flag.padded != 0
        return nil
    }

    /// DATA without a byte only makes work, unless it is the one that ends a request.
    private mutating func judgeEmptyData(_ now: MonotonicTime) -> HTTPSessionError? {
        guard self.flags & Flag.endStream != 0, self.emptyEndCredit > 0 else { return self.spend(now) }
        self.emptyEndCredit -= 1
        return nil
    }

    private mutating func endFrame() {
        self.headCount = 0
        self.hasFirstFrame = true
        if self.type == FrameType.data || self.type == FrameType.headers { self.messageFrameCount += 1 }
        let carriesFields = self.type == FrameType.headers || self.type == FrameType.continuation
        if carriesFields, self.flags & Flag.endHeaders != 0 { self.isInHeaderBlock = false }
    }
}
