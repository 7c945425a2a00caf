import TestSupport
import Testing

@testable import RTMPIngest

/// The tags of an FLV file, as a publisher would send them.
struct FLVFile {
    struct Tag {
        var type: MessageType
        var timestamp: UInt32
        var bytes: [UInt8]
    }

    var tags: [Tag] = []

    init(_ bytes: [UInt8]) {
        var offset = 13
        while offset + 11 <= bytes.count {
            let number = bytes[(offset + 1)...(offset + 6)].map(UInt32.init)
            let size = Int(number[0] << 16 | number[1] << 8 | number[2])
            let time = UInt32(bytes[offset + 7]) << 24 | number[3] << 16 | number[4] << 8 | number[5]
            let body = offset + 11..<offset + 11 + size
            self.tags.append(
                Tag(type: MessageType(rawValue: bytes[offset]), timestamp: time, bytes: Array(bytes[body])))
            offset = body.upperBound + 4
        }
    }

    /// One of the recorded files.
    init(named name: String) throws {
        let file = try #require(try Fixtures.files(in: "flv").first { $0.name == name + ".flv" })
        self.init(file.bytes)
    }

    func bodies(_ type: MessageType) -> [[UInt8]] { self.tags.filter { $0.type == type }.map(\.bytes) }
}
