import Foundation
import HLSPackager
import MediaTypes
import TestSupport
import Testing

/// What publishers must not be able to do by a keyframe: end the process, have a picture with holes shown, or leave
/// memory behind. Most of what can go wrong lies in libav: `make asan` runs this too.
@Suite("Thumbnails of hostile media", .serialized)
struct HostileThumbnailTests {
    static let names = ["h264-aac", "hevc", "av1", "vp9"]

    /// True when there was a picture, and it was right in shape.
    static func isPicture(_ bytes: [UInt8], _ format: VideoFormat) -> Bool {
        do throws(ThumbnailError) {
            let picture = try ThumbnailMaker().picture(of: bytes.span.bytes, format)
            #expect(picture.width <= 640 && picture.height <= 640 && picture.jpeg.starts(with: [0xff, 0xd8]))
            return true
        } catch { return false }
    }

    @Test("a keyframe that is cut off is no picture", arguments: Self.names)
    func truncated(_ name: String) throws {
        let (format, bytes) = try RecordedTrack.tracks(ofFile: name)[0].keyframe
        #expect(Self.isPicture(bytes, format))
        for count in stride(from: 0, to: bytes.count, by: max(bytes.count / 150, 1)) {
            let isPicture = Self.isPicture(Array(bytes[..<count]), format)
            // A frame of VP9 does not say how long it is: its decoder reads zeros behind the end.
            if name != "vp9" { #expect(!isPicture, "\(count) bytes of \(bytes.count)") }
        }
    }

    @Test("bits that are wrong, in the keyframe or in its configuration, end nothing", arguments: Self.names)
    func flipped(_ name: String) throws {
        let (format, bytes) = try RecordedTrack.tracks(ofFile: name)[0].keyframe
        var random = SplitMix(seed: 11)
        var pictureCount = 0
        for round in 0..<400 {
            var (format, bytes) = (format, bytes)
            for _ in 0...random.next(below: 4) {
                // Half of them near the beginning, where the heads are.
                let reach = round % 2 == 0 ? min(bytes.count, 64) : bytes.count
                bytes[random.next(below: reach)] ^= 1 << random.next(below: 8)
            }
            if round % 4 == 3, !format.configuration.isEmpty {
                format.configuration[random.next(below: format.configuration.count)] ^= 1 << random.next(below: 8)
            }
            if round % 8 == 5 { (format.width, format.height) = (0, 0) }
            if Self.isPicture(bytes, format) { pictureCount += 1 }
        }
        #expect(pictureCount < 400)
    }

    @Test("garbage ends nothing, and is no picture", arguments: Self.names)
    func garbage(_ name: String) throws {
        let (format, whole) = try RecordedTrack.tracks(ofFile: name)[0].keyframe
        var random = SplitMix(seed: 12)
        for round in 0..<100 {
            let noise = random.bytes(random.next(below: 3000))
            #expect(!Self.isPicture(noise, format))
            // Behind a head that is right.
            _ = Self.isPicture(Array(whole.prefix(8 + round)) + noise, format)
            var other = format
            other.configuration = random.bytes(random.next(below: 80))
            _ = Self.isPicture(whole, other)
        }
    }

    @Test("a keyframe of another codec is no picture")
    func confused() throws {
        let keyframes = try Self.names.map { try RecordedTrack.tracks(ofFile: $0)[0].keyframe }
        for (index, keyframe) in keyframes.enumerated() {
            for (other, format) in keyframes.map(\.format).enumerated() where other != index {
                #expect(!Self.isPicture(keyframe.bytes, format), "\(Self.names[index]) as \(Self.names[other])")
            }
        }
    }

    /// A process of its own: no other test's memory is counted.
    @Test(
        "nothing is left behind by five hundred pictures, good and bad",
        .disabled(if: holdsFreedMemory, "AddressSanitizer keeps what was freed"))
    func memory() async {
        await #expect(processExitsWith: .success) {
            let keyframes = try HostileThumbnailTests.names.map { try RecordedTrack.tracks(ofFile: $0)[0].keyframe }
            var afterWarmUp = 0
            for round in 0..<600 {
                var (format, bytes) = keyframes[round % keyframes.count]
                if round % 3 == 2 { bytes = Array(bytes[..<(bytes.count / 2)]) }
                if round % 7 == 6 { format.configuration = [] }
                _ = HostileThumbnailTests.isPicture(bytes, format)
                if round == 100 { afterWarmUp = try residentByteCount }
            }
            let grown = try residentByteCount - afterWarmUp
            if grown > 512 * 1024 { fatalError("\(grown) bytes left of 500 pictures") }
        }
    }
}
