internal import Glibc
internal import MediaTypes
internal import Primitives
internal import RTMPIngest

/// What one publisher sent from its first byte on, in the pieces in which it came: each behind its length in four
/// bytes, big-endian.
struct Recording {
    private let bytes: [UInt8]
    private let pieces: [Range<Int>]

    /// Nil when there is no such file or it is cut short.
    init?(path: String) {
        guard let bytes = Self.contents(of: path) else { return nil }
        var pieces: [Range<Int>] = []
        var offset = 0
        while offset < bytes.count {
            guard let length = bytes.span.bytes.bigEndianUInt32(at: offset) else { return nil }
            let start = offset + 4
            offset = start + Int(length)
            guard offset <= bytes.count else { return nil }
            pieces.append(start..<offset)
        }
        self.bytes = bytes
        self.pieces = pieces
    }

    /// Gives a new session and pipeline every piece, at the pace of the stream; how many access units came out.
    func replay(seconds: Double) throws(RTMPError) -> Int {
        let (limits, counter) = (RTMPLimits(), UnitCounter())
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
        let step = TimeAmount.nanoseconds(Int64(seconds * 1e9) / Int64(max(self.pieces.count, 1)))
        var session = RTMPSession(limits: limits, random: FastRandom())
        let pipeline = MediaPipeline(receiver: counter, limits: limits, now: now)
        for piece in self.pieces {
            now = now + step
            let input = self.bytes.span.bytes.extracting(piece)
            var offset = 0
            reading: while true {
                switch try session.next(input, &offset, now: now) {
                case .needsInput: break reading
                case .publishRequested: session.acceptPublish()
                case .unpublished: break
                case .media(let header, let payload):
                    let hasSeenExtended = session.hasSeenExtendedTimestamp
                    switch payload {
                    case .input(let range):
                        pipeline.receive(
                            header, payload: input.extracting(range), hasSeenExtendedTimestamp: hasSeenExtended,
                            now: now)
                    case .assembled(let bytes):
                        pipeline.receive(
                            header, payload: bytes.span.bytes, hasSeenExtendedTimestamp: hasSeenExtended, now: now)
                        session.recycle(bytes)
                    }
                }
            }
            session.output.removeAll(keepingCapacity: true)
        }
        return counter.count
    }

    private static func contents(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}

/// Counts, and touches nothing.
private final class UnitCounter: MediaReceiver {
    private(set) var count = 0

    func receive(_ format: TrackFormat, of track: TrackID) {}
    func receive(_ unit: AccessUnit, payload: borrowing RawSpan) { self.count += 1 }
    func publishingEnded(_ end: MediaEnd) {}
}
