import Foundation
import HLSPackager
import MediaTypes
import TestSupport
import Testing

/// A picture as ffmpeg reads it: red, green and blue of every point.
struct PictureReader {
    let width: Int
    let height: Int
    let points: [UInt8]
    /// The pixel format that ffprobe names.
    let format: String
    let codec: String

    /// The first picture of a file.
    init(_ bytes: [UInt8], suffix: String) throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "picture-\(UUID().uuidString).\(suffix)", directoryHint: .notDirectory
        ).path()
        try Data(bytes).write(to: URL(filePath: path))
        defer { unlink(path) }
        let probe = try TestCommand.run(
            "/usr/bin/ffprobe",
            [
                "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name,width,height,pix_fmt",
                "-of", "csv=p=0", path,
            ])
        let fields = probe.output.split { $0 == "," || $0 == "\n" }.map(String.init)
        try #require(fields.count == 4, "\(probe.output)")
        (self.codec, self.format) = (fields[0], fields[3])
        self.width = try #require(Int(fields[1]))
        self.height = try #require(Int(fields[2]))
        let raw = path + ".rgb"
        defer { unlink(raw) }
        let decoding = try TestCommand.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-xerror", "-err_detect", "explode", "-i", path, "-frames:v", "1", "-f", "rawvideo",
                "-pix_fmt", "rgb24", raw,
            ])
        try #require(decoding.status == 0 && decoding.output.isEmpty, "\(decoding.output)")
        self.points = Array(try Data(contentsOf: URL(filePath: raw)))
        try #require(self.points.count == self.width * self.height * 3)
    }

    /// The mean of each colour.
    var mean: [Double] {
        (0..<3).map { color in
            let values = stride(from: color, to: self.points.count, by: 3).map { Double(self.points[$0]) }
            return values.reduce(0, +) / Double(values.count)
        }
    }

    /// How far points are from another picture's of the same size, on average.
    func meanDifference(from other: PictureReader) -> Double {
        let differences = zip(self.points, other.points).map { abs(Double($0) - Double($1)) }
        return differences.reduce(0, +) / Double(max(differences.count, 1))
    }
}

/// Media that ffmpeg encodes for a test.
enum EncodedVideo {
    /// The FLV file of a picture of H.264 that a filter draws.
    static func h264(_ source: String, _ arguments: [String] = []) throws -> RecordedTrack {
        let path = FileManager.default.temporaryDirectory.appending(path: "video-\(UUID().uuidString).flv").path()
        defer { unlink(path) }
        let result = try TestCommand.run(
            "/usr/bin/ffmpeg",
            ["-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "2", "-c:v", "libx264"] + arguments + [path])
        try #require(result.status == 0, "\(result.output)")
        return try RecordedTrack.tracks(inFLV: Array(try Data(contentsOf: URL(filePath: path))))[0]
    }
}

extension RecordedTrack {
    /// The first keyframe, and what it is.
    var keyframe: (format: VideoFormat, bytes: [UInt8]) {
        get throws {
            var video: VideoFormat?
            if case .video(let format) = self.track.format { video = format }
            return (try #require(video), try #require(self.units.first { $0.sample.isRandomAccess }).bytes)
        }
    }
}
