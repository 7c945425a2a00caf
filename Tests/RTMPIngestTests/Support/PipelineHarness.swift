import MediaTypes
import Primitives

@testable import RTMPIngest

/// A pipeline whose output is recorded, and whose clock stands still unless it is moved.
final class PipelineHarness {
    let receiver = RecordingReceiver()
    let pipeline: MediaPipeline
    var now = MonotonicTime(nanoseconds: 1_000_000_000)

    init(_ limits: RTMPLimits = RTMPLimits()) {
        self.pipeline = MediaPipeline(receiver: self.receiver, limits: limits, now: self.now)
    }

    func send(_ type: MessageType, _ timestamp: UInt32, _ bytes: [UInt8]) {
        let header = MessageHeader(
            type: type, timestamp: timestamp, streamID: 1, chunkStreamID: 4, byteCount: bytes.count)
        self.pipeline.receive(header, payload: bytes.span.bytes, hasSeenExtendedTimestamp: false, now: self.now)
    }

    func video(_ timestamp: UInt32, _ bytes: [UInt8]) { self.send(.video, timestamp, bytes) }
    func audio(_ timestamp: UInt32, _ bytes: [UInt8]) { self.send(.audio, timestamp, bytes) }

    func send(_ file: FLVFile) {
        for tag in file.tags { self.send(tag.type, tag.timestamp, tag.bytes) }
    }

    var droppedCount: Int { self.pipeline.health(now: self.now).droppedUnitCount }
    var advice: [String] { self.pipeline.advice(now: self.now).map(\.label.description) }
}

/// The bytes of four characters.
func fourCC(_ characters: StaticString) -> [UInt8] { characters.withUTF8Buffer { Array($0) } }

/// NAL units with lengths of `size` bytes.
func withLengths(_ units: [[UInt8]], size: Int = 4) -> [UInt8] {
    units.flatMap { unit in
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: unit.count >> ($0 * 8)) } + unit
    }
}

/// NAL units as in annex B.
func withStartCodes(_ units: [[UInt8]], _ code: [UInt8] = [0, 0, 0, 1]) -> [UInt8] { units.flatMap { code + $0 } }
