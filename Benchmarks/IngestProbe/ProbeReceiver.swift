internal import CZlib
internal import MediaTypes
internal import RTMPIngest
internal import Reactor

struct ProbeDestination: MediaDestination {
    private let output: ProbeOutput

    init(_ output: ProbeOutput) { self.output = output }

    func receiver(for stream: String, on loop: EventLoop) -> any MediaReceiver {
        ProbeReceiver(stream: stream, output: self.output)
    }
}

/// Writes the units of one publishing, or counts them.
final class ProbeReceiver: MediaReceiver {
    private let stream: String
    private let output: ProbeOutput
    private var unitCount = 0
    private var byteCount = 0
    /// Over the payloads of all units, in their order.
    private var checksum: UInt = 0

    init(stream: String, output: ProbeOutput) {
        self.stream = ProbeOutput.quoted(stream)
        self.output = output
    }

    func receive(_ format: TrackFormat, of track: TrackID) {
        guard self.output.detail == .units else { return }
        var line = self.lineStart("format", track)
        switch format {
        case .video(let video):
            line += ",\"codec\":\"\(video.codec)\",\"width\":\(video.width),\"height\":\(video.height)"
            line += ",\"configuration\":\"\(Self.hex(video.configuration))\""
            if let color = video.color {
                line += ",\"bit_depth\":\(color.bitDepth ?? 0),\"transfer\":\(color.transfer ?? 0)"
            }
        case .audio(let audio):
            line += ",\"codec\":\"\(audio.codec)\",\"rate\":\(audio.sampleRate),\"channels\":\(audio.channelCount)"
            line += ",\"configuration\":\"\(Self.hex(audio.configuration))\""
        }
        self.output.write(line: line + "}")
    }

    func receive(_ unit: AccessUnit, payload: borrowing RawSpan) {
        guard self.output.detail != .none else { return }
        self.unitCount += 1
        self.byteCount += payload.byteCount
        let count = UInt32(clamping: payload.byteCount)
        let seed = self.output.detail == .units ? 0 : self.checksum
        self.checksum = payload.withUnsafeBytes {
            crc32(seed, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
        }
        guard self.output.detail == .units else { return }
        var line = self.lineStart("unit", unit.track)
        line += ",\"dts\":\(unit.decodeTime.milliseconds),\"dts_ns\":\(unit.decodeTime.nanoseconds)"
        line += ",\"cts_ns\":\(unit.presentationOffset.nanoseconds),\"size\":\(payload.byteCount)"
        line += ",\"key\":\(unit.isRandomAccess),\"disposable\":\(unit.isDisposable)"
        line += ",\"timeline\":\(unit.timeline),\"continuity\":\"\(unit.continuity)\""
        line += ",\"crc\":\"\(Self.hex(self.checksum))\""
        self.output.write(line: line + "}")
    }

    func publishingEnded(_ end: MediaEnd) {
        guard self.output.detail != .none else { return }
        var line = "{\"what\":\"end\",\"stream\":\(self.stream),\"end\":\"\(end)\",\"units\":\(self.unitCount)"
        line += ",\"bytes\":\(self.byteCount)"
        if self.output.detail == .summary { line += ",\"crc\":\"\(Self.hex(self.checksum))\"" }
        self.output.write(line: line + "}")
        self.output.flush()
    }

    private func lineStart(_ what: String, _ track: TrackID) -> String {
        "{\"what\":\"\(what)\",\"stream\":\(self.stream),\"track\":\"\(track.kind)\(track.number)\""
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [self.digits[Int($0 >> 4)], self.digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func hex(_ checksum: UInt) -> String {
        self.hex((0..<4).reversed().map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt($0))) })
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
