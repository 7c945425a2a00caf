import HLSPackager
import MediaTypes
import Testing

@Suite("Thumbnails", .serialized)
struct ThumbnailMakerTests {
    static func picture(_ track: RecordedTrack, limits: ThumbnailLimits = ThumbnailLimits()) throws
        -> ThumbnailMaker.Picture
    {
        let (format, bytes) = try track.keyframe
        return try ThumbnailMaker(limits: limits).picture(of: bytes.span.bytes, format)
    }

    @Test("show what the keyframe shows, of each codec", arguments: ["h264-aac", "hevc", "av1", "vp9"])
    func codecs(_ name: String) throws {
        let track = try RecordedTrack.tracks(ofFile: name)[0]
        let picture = try Self.picture(track)
        #expect(picture.width == 160 && picture.height == 90)
        let shown = try PictureReader(picture.jpeg, suffix: "jpg")
        #expect(shown.codec == "mjpeg" && shown.format == "yuvj420p")
        #expect(shown.width == 160 && shown.height == 90)
        let media = try MuxedMedia([track]) { tracks throws(MuxerError) in try FragmentMuxer(tracks: tracks) }
        let original = try PictureReader(media.file, suffix: "mp4")
        try #require(original.points.count == shown.points.count)
        #expect(shown.meanDifference(from: original) < 6)
        // The test can tell a wrong picture.
        let gray = try Self.picture(try EncodedVideo.h264("color=gray:s=160x90"))
        #expect(try PictureReader(gray.jpeg, suffix: "jpg").meanDifference(from: original) > 40)
    }

    /// Red as encoders write it, and the size that its thumbnail has.
    struct Red: CustomTestStringConvertible, Sendable {
        let size: String
        let width: Int
        let height: Int
        let filter: String
        let arguments: [String]

        var testDescription: String { ([self.size, self.filter] + self.arguments).joined(separator: " ") }
    }

    static func matrix(_ name: String, range: String = "tv") -> String {
        "scale=out_color_matrix=\(name):out_range=\(range)"
    }

    static let reds: [Red] = [
        Red(
            size: "1920x1080", width: 640, height: 360, filter: matrix("bt709"),
            arguments: ["-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_range", "tv"]),
        Red(size: "1920x1080", width: 640, height: 360, filter: matrix("bt709"), arguments: ["-pix_fmt", "yuv420p"]),
        Red(size: "320x240", width: 320, height: 240, filter: matrix("bt601"), arguments: ["-pix_fmt", "yuv420p"]),
        Red(
            size: "320x240", width: 320, height: 240, filter: matrix("bt709"),
            arguments: ["-pix_fmt", "yuv420p", "-colorspace", "bt709"]),
        Red(
            size: "720x1280", width: 360, height: 640, filter: matrix("bt709", range: "pc"),
            arguments: ["-pix_fmt", "yuvj420p", "-colorspace", "bt709", "-color_range", "pc"]),
        Red(
            size: "1280x720", width: 640, height: 360, filter: matrix("bt2020"),
            arguments: ["-pix_fmt", "yuv420p10le", "-colorspace", "bt2020nc", "-color_range", "tv"]),
        Red(size: "720x576", width: 640, height: 360, filter: "setsar=64/45," + matrix("bt601"), arguments: []),
        Red(size: "322x182", width: 322, height: 182, filter: matrix("bt601"), arguments: ["-pix_fmt", "yuv444p"]),
    ]

    @Test("of a red picture are red, whatever its matrix, range, depth and shape", arguments: Self.reds)
    func red(_ red: Red) throws {
        let track = try EncodedVideo.h264("color=red:s=\(red.size)", ["-vf", red.filter] + red.arguments)
        let picture = try Self.picture(track)
        #expect(picture.width == red.width && picture.height == red.height)
        let shown = try PictureReader(picture.jpeg, suffix: "jpg")
        #expect(shown.width == red.width && shown.height == red.height)
        let mean = shown.mean
        #expect(mean[0] > 245 && mean[1] < 10 && mean[2] < 10, "\(mean)")
    }

    @Test("have no metadata: no EXIF, no comment")
    func metadata() throws {
        let jpeg = try Self.picture(try RecordedTrack.tracks(ofFile: "h264-aac")[0]).jpeg
        #expect(jpeg.starts(with: [0xff, 0xd8, 0xff]) && jpeg.suffix(2) == [0xff, 0xd9])
        var (markers, position): ([UInt8], Int) = ([], 2)
        while position + 4 <= jpeg.count, jpeg[position] == 0xff, jpeg[position + 1] != 0xda {
            markers.append(jpeg[position + 1])
            position += 2 + (Int(jpeg[position + 2]) << 8 | Int(jpeg[position + 3]))
        }
        #expect(jpeg[position + 1] == 0xda, "the scan follows")
        // JFIF, tables, frame; EXIF would be 0xe1, a comment 0xfe.
        #expect(Set(markers).isSubset(of: [0xe0, 0xdb, 0xc0, 0xc4]), "\(markers)")
    }

    @Test("are not made of what is too large, or would be")
    func limits() throws {
        let track = try RecordedTrack.tracks(ofFile: "h264-aac")[0]
        func error(_ change: (inout ThumbnailLimits) -> Void) -> ThumbnailError? {
            var limits = ThumbnailLimits()
            change(&limits)
            do {
                _ = try Self.picture(track, limits: limits)
                return nil
            } catch { return error as? ThumbnailError }
        }
        let byteCount = try track.keyframe.bytes.count
        #expect(error { $0.inputByteCountMax = byteCount } == nil)
        #expect(error { $0.inputByteCountMax = byteCount - 1 } == .inputTooLarge)
        #expect(error { $0.pixelCountMax = 160 * 90 - 1 } == .pictureTooLarge)
        #expect(error { $0.pictureSideMax = 159 } == .pictureTooLarge)
        #expect(error { $0.outputByteCountMax = 500 } == .outputTooLarge)
    }

    @Test(
        "are not made of pictures larger than their configuration says",
        arguments: ["h264-aac", "hevc", "av1", "vp9"])
    func hidden(_ name: String) throws {
        var (format, bytes) = try RecordedTrack.tracks(ofFile: name)[0].keyframe
        (format.width, format.height) = (0, 0)
        var limits = ThumbnailLimits()
        limits.pixelCountMax = 160 * 90 - 1
        let maker = ThumbnailMaker(limits: limits)
        #expect(throws: ThumbnailError.self) { try maker.picture(of: bytes.span.bytes, format) }
        bytes = []
        #expect(throws: ThumbnailError.undecodable) { try maker.picture(of: bytes.span.bytes, format) }
    }
}
