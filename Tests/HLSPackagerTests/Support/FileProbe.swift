import Foundation
import TestSupport
import Testing

/// What ffprobe and ffmpeg find in bytes.
struct FileProbe {
    struct Packet: Equatable {
        var stream: Int
        var presentation: Double
        var decode: Double
        var byteCount: Int
        var hash: String
        var isKey: Bool
    }

    var packets: [Packet] = []
    var streams: [[String: String]] = []
    /// What a decoder that stops at the first error had to say; empty when all is well.
    var complaints = ""

    init(_ bytes: [UInt8], suffix: String) throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "muxer-\(UUID().uuidString).\(suffix)", directoryHint: .notDirectory
        ).path()
        try Data(bytes).write(to: URL(filePath: path))
        defer { unlink(path) }
        try self.init(path: path)
    }

    /// - Parameter options: Of the reader of the file.
    init(path: String, options: [String] = []) throws {
        let probe = try TestCommand.run(
            "/usr/bin/ffprobe",
            options + [
                "-v", "error", "-show_packets", "-show_streams", "-show_data_hash", "adler32", "-of", "compact", path,
            ])
        // What is said of side data ends its line.
        let output = probe.output.replacing("\n|", with: "|")
        for line in output.split(separator: "\n") {
            var fields: [String: String] = [:]
            for field in line.split(separator: "|").dropFirst() {
                let parts = field.split(separator: "=", maxSplits: 1)
                fields[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
            }
            if line.hasPrefix("packet|") { self.packets.append(Self.packet(fields)) }
            if line.hasPrefix("stream|") { self.streams.append(fields) }
            if !line.contains("|") { self.complaints += line + "\n" }
        }
        let decoding = try TestCommand.run(
            "/usr/bin/ffmpeg",
            options + [
                "-v", "error", "-xerror", "-err_detect", "explode", "-i", path, "-map", "0", "-fps_mode", "passthrough",
                "-f", "null", "-",
            ])
        if decoding.status != 0 { self.complaints += "ffmpeg ended with \(decoding.status)\n" }
        self.complaints += decoding.output
    }

    func packets(ofStream index: Int) -> [Packet] { self.packets.filter { $0.stream == index } }

    private static func packet(_ fields: [String: String]) -> Packet {
        Packet(
            stream: Int(fields["stream_index"] ?? "") ?? -1, presentation: Double(fields["pts_time"] ?? "") ?? -1,
            decode: Double(fields["dts_time"] ?? "") ?? -1, byteCount: Int(fields["size"] ?? "") ?? -1,
            hash: fields["data_hash"] ?? "", isKey: fields["flags"]?.hasPrefix("K") == true)
    }

    /// As ffprobe writes it.
    static func hash(_ bytes: [UInt8]) -> String {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let digits = String(high << 16 | low, radix: 16)
        return "adler32:" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
