internal import Primitives

/// What a segment marked with EXT-X-GAP is answered with. Players need not ask for it, but many do, and what they make
/// of a 404 is worse than a pause: VLC stops, GStreamer fails, browsers give the stream up for good. So there is media
/// of no sample, never encrypted, which FFmpeg and what is built on it pass over.
enum GapMedia {
    static func bytes(in container: MediaContainer) -> SharedBytes {
        container == .transportStream ? self.nullPacket : self.emptyFragment
    }

    /// A fragment of the first track, which every rendition has, with an empty run.
    private static let emptyFragment: SharedBytes = {
        let run = Self.box("trun", [0, 0, 0, 0, 0, 0, 0, 0])
        let decodeTime = Self.box("tfdt", [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        // The flag says that offsets count from the fragment.
        let header = Self.box("tfhd", [0, 2, 0, 0, 0, 0, 0, 1])
        let track = Self.box("traf", header + decodeTime + run)
        let number = Self.box("mfhd", [0, 0, 0, 0, 0, 0, 0, 1])
        return SharedBytes(Self.box("moof", number + track) + Self.box("mdat", []))
    }()

    /// One packet that belongs to no programme (ISO/IEC 13818-1 §2.4.1).
    private static let nullPacket = SharedBytes([0x47, 0x1f, 0xff, 0x10] + [UInt8](repeating: 0xff, count: 184))

    private static func box(_ type: StaticString, _ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, UInt8(8 + content.count)]
        bytes.append(type)
        return bytes + content
    }
}
