internal import MediaTypes
internal import Primitives
internal import RTMPIngest

/// Media messages: whatever they hold, the units that come out can be relied on.
///
/// The input is a row of records, each a type, a timestamp of four bytes, a length of two, and that many bytes.
package enum FLVProperty: FuzzProperty {
    package static let name = "flv"

    package static func violation(of bytes: [UInt8]) -> String? {
        let receiver = Checker()
        var now = MonotonicTime(nanoseconds: 0)
        let pipeline = MediaPipeline(receiver: receiver, limits: RTMPLimits(), now: now)
        var offset = 0
        while offset + 7 <= bytes.count {
            let timestamp = bytes[(offset + 1)...(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
            let length = Int(bytes[offset + 5]) << 8 | Int(bytes[offset + 6])
            let body = offset + 7..<min(offset + 7 + length, bytes.count)
            let header = MessageHeader(
                type: MessageType(rawValue: bytes[offset]), timestamp: timestamp, streamID: 1, chunkStreamID: 4,
                byteCount: body.count)
            pipeline.receive(
                header, payload: bytes.span.extracting(body).bytes, hasSeenExtendedTimestamp: timestamp > 0xff_ffff,
                now: now)
            offset = body.upperBound
            now = now + .milliseconds(10)
        }
        _ = pipeline.advice(now: now)
        _ = pipeline.health(now: now)
        pipeline.end(.finished)
        return receiver.violation
    }

    /// Looks at each unit as a packager would.
    private final class Checker: MediaReceiver {
        private(set) var violation: String?
        private var formats: [TrackID: TrackFormat] = [:]
        private var latest: [TrackID: AccessUnit] = [:]
        private var hasEnded = false

        func receive(_ format: TrackFormat, of track: TrackID) {
            if self.formats[track] == format { self.violation = "a format is told twice" }
            self.formats[track] = format
        }

        func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
            if payload.isEmpty { self.violation = "a unit is empty" }
            if let previous = self.latest[unit.track] {
                if previous.timeline == unit.timeline, previous.decodeTime >= unit.decodeTime {
                    self.violation = "decode times do not rise"
                }
                if previous.timeline > unit.timeline { self.violation = "a timeline comes back" }
            }
            self.latest[unit.track] = unit
            switch self.formats[unit.track] {
            case nil: self.violation = "a unit comes before its format"
            case .video(let format)? where format.codec == .h264 || format.codec == .hevc:
                if !Self.hasConsistentLengths(payload) { self.violation = "lengths of NAL units are wrong" }
            case .video?, .audio?: break
            }
        }

        func publishingEnded(_ end: MediaEnd) {
            if self.hasEnded { self.violation = "the end is told twice" }
            self.hasEnded = true
        }

        private static func hasConsistentLengths(_ payload: borrowing RawSpan) -> Bool {
            var offset = 0
            while offset < payload.byteCount {
                guard let length = payload.bigEndianUInt32(at: offset), length > 0,
                    Int(length) <= payload.byteCount - offset - 4
                else { return false }
                offset += 4 + Int(length)
            }
            return true
        }
    }
}
