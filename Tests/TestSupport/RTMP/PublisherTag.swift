/// One FLV tag: what a publisher sends as one media message.
package struct PublisherTag: Equatable, Sendable {
    package enum Kind: UInt8, Sendable {
        case audio = 8
        case video = 9
        case data = 18
    }

    package var kind: Kind
    package var timestamp: UInt32
    package var payload: [UInt8]

    package init(_ kind: Kind, timestamp: UInt32, payload: [UInt8]) {
        self.kind = kind
        self.timestamp = timestamp
        self.payload = payload
    }

    package struct FileFailure: Error {
        package let offset: Int
    }

    /// The tags of an FLV file's bytes; fails on anything that is not one.
    package static func tags(inFLV bytes: [UInt8]) throws -> [PublisherTag] {
        guard bytes.count >= 13, bytes[0..<3] == [0x46, 0x4c, 0x56] else { throw FileFailure(offset: 0) }
        func number(_ start: Int, _ count: Int) -> Int { bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) } }
        var offset = number(5, 4) + 4
        var tags: [PublisherTag] = []
        while offset + 11 <= bytes.count {
            let count = number(offset + 1, 3)
            guard let kind = Kind(rawValue: bytes[offset] & 0x1f), offset + 11 + count + 4 <= bytes.count else {
                throw FileFailure(offset: offset)
            }
            tags.append(
                PublisherTag(
                    kind, timestamp: UInt32(number(offset + 4, 3)) | UInt32(bytes[offset + 7]) << 24,
                    payload: Array(bytes[offset + 11..<offset + 11 + count])))
            offset += 11 + count + 4
        }
        return tags
    }
}
