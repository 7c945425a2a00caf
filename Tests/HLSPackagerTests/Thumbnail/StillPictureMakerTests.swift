import Foundation
import HLSPackager
import TestSupport
import Testing

@Suite("Still pictures", .serialized)
struct StillPictureMakerTests {
    static let limits: ThumbnailLimits = {
        var limits = ThumbnailLimits()
        limits.sideMax = 400
        limits.pixelCountMax = 4_000_000
        return limits
    }()

    /// A picture file by ffmpeg.
    static func file(_ source: String, _ suffix: String, _ arguments: [String] = []) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "still-\(UUID().uuidString).\(suffix)", directoryHint: .notDirectory
        ).path()
        defer { unlink(path) }
        let made = try TestCommand.run(
            "/usr/bin/ffmpeg",
            ["-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1"] + arguments + ["-update", "1", path])
        try #require(made.status == 0, "\(made.output)")
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    static let kinds: [(String, [String])] = [
        ("jpg", []), ("jpg", ["-pix_fmt", "yuvj444p"]), ("png", []), ("png", ["-pix_fmt", "rgba"]),
        ("png", ["-pix_fmt", "rgb48be"]), ("png", ["-pix_fmt", "pal8"]),
    ]

    @Test("show what was sent, made smaller and never larger", arguments: Self.kinds)
    func shown(suffix: String, arguments: [String]) throws {
        for (size, width, height) in [("1600x1200", 400, 300), ("90x160", 90, 160)] {
            let sent = try Self.file("color=0xe02040:s=\(size)", suffix, arguments)
            let picture = try StillPictureMaker(limits: Self.limits).picture(of: sent)
            #expect(picture.width == width && picture.height == height)
            let shown = try PictureReader(picture.jpeg, suffix: "jpg")
            #expect(shown.width == width && shown.height == height && shown.codec == "mjpeg")
            let mean = shown.mean
            #expect(abs(mean[0] - 224) < 6 && abs(mean[1] - 32) < 6 && abs(mean[2] - 64) < 6, "\(size) \(mean)")
        }
    }

    @Test("hold nothing of the file but its points")
    func clean() throws {
        let secret = Array("GPS 37.55N 126.92E".utf8)
        var sent = try Self.file("testsrc=s=320x240", "jpg")
        // A comment behind the first marker, and bytes behind the end.
        sent.insert(contentsOf: [0xff, 0xfe, 0, UInt8(secret.count + 2)] + secret, at: 2)
        let jpeg = try StillPictureMaker(limits: Self.limits).picture(of: sent + secret).jpeg
        #expect(!jpeg.indices.contains { jpeg[$0...].starts(with: secret) })
        #expect(jpeg.suffix(2) == [0xff, 0xd9])
    }

    @Test("are not made of what is no picture, is cut off, or is too large")
    func refused() throws {
        func error(_ bytes: [UInt8]) -> ThumbnailError? {
            do throws(ThumbnailError) {
                _ = try StillPictureMaker(limits: Self.limits).picture(of: bytes)
                return nil
            } catch { return error }
        }
        for suffix in ["jpg", "png"] {
            let sent = try Self.file("testsrc=s=320x240", suffix)
            #expect(error(sent) == nil)
            for part in 0..<40 {
                #expect(error(Array(sent.prefix(sent.count * part / 40))) != nil, "\(suffix) \(part)")
            }
            #expect(error(try Self.file("color=red:s=2001x2000", suffix)) != nil)
        }
        #expect(error([]) == .undecodable && error(Array("GIF89a".utf8)) == .undecodable)
        #expect(error(Array(repeating: 0xff, count: Self.limits.inputByteCountMax + 1)) == .inputTooLarge)
        var random = SplitMix(seed: 5)
        for head in [[0xff, 0xd8, 0xff] as [UInt8], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]] {
            for _ in 0..<100 { #expect(error(head + random.bytes(random.next(below: 3000))) != nil) }
        }
    }

    @Test("bits that are wrong end nothing", arguments: ["jpg", "png"])
    func flipped(suffix: String) throws {
        let sent = try Self.file("testsrc=s=320x240", suffix)
        var random = SplitMix(seed: 6)
        for round in 0..<300 {
            var bytes = sent
            for _ in 0...random.next(below: 4) {
                bytes[random.next(below: round % 2 == 0 ? 64 : bytes.count)] ^= 1 << random.next(below: 8)
            }
            // Whether there is a picture then is libav's to say; that there is a process is the test.
            if let picture = try? StillPictureMaker(limits: Self.limits).picture(of: bytes) {
                #expect(picture.width <= 400 && picture.height <= 400 && picture.jpeg.starts(with: [0xff, 0xd8]))
            }
        }
    }
}
