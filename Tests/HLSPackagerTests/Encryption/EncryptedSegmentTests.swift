import Foundation
import Primitives
import TestSupport
import Testing

@testable import HLSPackager

@Suite("Encrypted segments")
struct EncryptedSegmentTests {
    static let key = SharedBytes((0..<16).map { UInt8($0 * 7) })
    static let encryption = RenditionSnapshot.Encryption(
        keyNumber: 1, initialisationVector: (0..<16).map { UInt8(200 - $0) },
        transportStreamVector: (0..<16).map { UInt8(100 + $0) })

    static func segment(_ clear: SegmentArena) -> EncryptedSegment {
        EncryptedSegment(clear, key: Self.key, encryption: Self.encryption, pool: nil)
    }

    static func append(_ bytes: [UInt8], to arena: SegmentArena) -> Bool {
        bytes.withUnsafeBytes { arena.append($0) }
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// What openssl makes of it; it refuses a wrong padding.
    static func opened(_ arena: SegmentArena, as container: MediaContainer = .fragmentedMP4) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.appending(path: "segment-\(UUID().uuidString)").path()
        try Data(Array(arena.bytes(0..<arena.count))).write(to: URL(filePath: path))
        defer { for name in [path, path + ".clear"] { unlink(name) } }
        let result = try TestCommand.run(
            "/usr/bin/openssl",
            [
                "enc", "-d", "-aes-128-cbc", "-K", Self.hex(Self.key.copyBytes()), "-iv",
                Self.hex(Self.encryption.vector(in: container)), "-in", path, "-out", path + ".clear",
            ])
        try #require(result.status == 0, "\(result.output)")
        return Array(try Data(contentsOf: URL(filePath: path + ".clear")))
    }

    @Test("a segment taken part by part is opened as it was written, whatever the lengths")
    func parts() throws {
        var random = SplitMix(seed: 3)
        for partCount in [1, 2, 7] {
            let clear = SegmentArena(capacity: 1 << 20)
            let segment = Self.segment(clear)
            var written: [UInt8] = []
            var ranges: [Range<Int>] = []
            for _ in 0..<partCount {
                // Shorter than a block, and longer than a piece.
                let part = random.bytes(random.next(below: 2) == 0 ? random.next(below: 20) : 40_000)
                #expect(Self.append(part, to: clear))
                written += part
                ranges.append(try segment.take(upTo: clear.count))
            }
            let byteCount = try segment.finish()
            #expect(byteCount == segment.arena.count && byteCount == (written.count / 16 + 1) * 16)
            #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
            #expect(try Self.opened(segment.arena) == written)
        }
    }

    @Test("a store encrypts both containers part by part, each from its own vector, and counts the clear bytes as well")
    func bothContainers() throws {
        let (fragments, packets) = (SegmentArena(capacity: 1 << 20), SegmentArena(capacity: 1 << 20))
        let encryptor = Self.segment(fragments)
        var store = RenditionStore(limits: HLSLimits(), nextSequence: 0, discontinuitySequence: 0)
        let bytes = SplitMix(seed: 5).fixed(90_000)
        for end in [50_000, 90_000] {
            let range = fragments.count..<end
            #expect(Self.append(Array(bytes[range]), to: fragments) && Self.append(Array(bytes[range]), to: packets))
            let part = RenditionSnapshot.Part(range: range, durationNanoseconds: 1_000_000_000, isIndependent: true)
            store.add(
                SegmentUpdate(
                    arena: fragments, transportStream: packets.prefix(packets.count), part: part,
                    endsSegment: end == 90_000, startsAt: WallClock(unixMilliseconds: 0), isIndependent: true),
                encryptor: encryptor, now: MonotonicTime(nanoseconds: 0))
            // Clear and encrypted in two containers, as long as it grows.
            if end == 50_000 { #expect(store.byteCount == 4 * 13 * 4096) }
        }
        #expect(store.byteCount == 2 * 22 * 4096)
        let segment = try #require(store.listed.first)
        let transportStream = try #require(segment.transportStream)
        #expect(try Self.opened(segment.arena) == bytes)
        #expect(try Self.opened(transportStream, as: .transportStream) == bytes)
        // Equal bytes: with one vector the blocks would be equal too.
        #expect(!segment.arena.bytes(0..<16).elementsEqual(transportStream.bytes(0..<16)))
    }

    @Test("after a failure nothing more is taken")
    func failure() throws {
        let clear = SegmentArena(capacity: 64)
        #expect(Self.append([1, 2, 3], to: clear))
        let segment = Self.segment(clear)
        // Somebody else has written into the arena: the last block has no place.
        #expect(Self.append([UInt8](repeating: 0, count: segment.arena.capacity), to: segment.arena))
        _ = try segment.take(upTo: 3)
        #expect(throws: EncryptionError.memoryRefused) { try segment.finish() }
        #expect(throws: EncryptionError.cipherRefused) { try segment.finish() }
    }
}

extension SplitMix {
    fileprivate func fixed(_ count: Int) -> [UInt8] {
        var copy = self
        return copy.bytes(count)
    }
}
