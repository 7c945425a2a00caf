import HLSPackager
import TestSupport
import Testing

@Suite("Media names")
struct MediaNameTests {
    static let names: [(String, MediaName)] = [
        ("index.m3u8", .multivariant(.lowLatency)),
        ("index.plain.m3u8", .multivariant(.plain)),
        ("index.ts.m3u8", .multivariant(.transportStream)),
        ("main.m3u8", .playlist(.main, .lowLatency)),
        ("v1.event.m3u8", .playlist(.video(1), .event)),
        ("a255.vod.m3u8", .playlist(.audio(255), .recording)),
        ("key.0.bin", .key(number: 0)),
        ("key.9223372036854775807.bin", .key(number: .max)),
        ("poster.jpg", .poster),
        ("main/init.0.mp4", .initialisation(.main, number: 0)),
        ("a1/init.12.mp4", .initialisation(.audio(1), number: 12)),
        ("main/0.m4s", .segment(.main, sequence: 0, .fragmentedMP4)),
        ("v2/1234.ts", .segment(.video(2), sequence: 1234, .transportStream)),
        ("main/1234.0.m4s", .part(.main, sequence: 1234, part: 0)),
        ("v0/9223372036854775807.7.m4s", .part(.video(0), sequence: .max, part: 7)),
    ]

    @Test("each has one spelling, printed and read alike", arguments: Self.names)
    func both(_ text: String, _ name: MediaName) {
        var bytes: [UInt8] = []
        name.append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        #expect(MediaName(Array(text.utf8)[...]) == name)
    }

    @Test(
        "any other spelling is no name",
        arguments: [
            "", "/", ".", "index", "index.m3u", "index.M3U8", "Index.m3u8", "index..m3u8", "index.low.m3u8",
            "index.plain.x.m3u8", "main", "main.ts", "main.m3u8/", "/main.m3u8", "./main.m3u8", "main.m3u8?x",
            "main//1.m4s", "main/01.m4s", "main/00.m4s", "main/+1.m4s", "main/-1.m4s", "main/ 1.m4s", "main/.m4s",
            "main/1.", "main/1", "main/1.mp4", "main/1.2.ts", "main/1.2.3.m4s", "main/1..m4s", "main/1.02.m4s",
            "main/9223372036854775808.m4s", "main/init.mp4", "main/init.00.mp4", "main/init.0.m4s", "main/init.0.ts",
            "key.bin", "key.03.bin", "key.3.key", "key.-1.bin", "key..bin", "key.3", "key.3.bin.", "main/key.3.bin",
            "KEY.3.bin", "poster", "poster.jpeg", "poster.0.jpg", "main/poster.jpg", "Poster.jpg", "key.3.m3u8",
            "key.9223372036854775808.bin",
            "main/%31.m4s", "main/1%2em4s", "main/../main/1.m4s", "v/1.m4s", "v256/1.m4s", "v01/1.m4s", "x1/1.m4s",
            "index/1.m4s", "main/1.m4s\0", "main/１.m4s",
            "main/00000000000000000000000000000000000000000000000000000000001.m4s",
        ])
    func others(_ text: String) {
        #expect(MediaName(Array(text.utf8)[...]) == nil)
    }

    @Test("whatever bytes are read as a name are printed the same again")
    func canonical() {
        var random = SplitMix(seed: 4)
        let alphabet = Array("main/index.v1a0m4st3u8init.mp4plaineventvodkey.bin%-9".utf8)
        var nameCount = 0
        for round in 0..<20_000 {
            var bytes = Array(Self.names[round % Self.names.count].0.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                case 1: bytes.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &random)], at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            guard let name = MediaName(bytes[...]) else { continue }
            nameCount += 1
            var printed: [UInt8] = []
            name.append(to: &printed)
            #expect(printed == bytes)
        }
        #expect(nameCount > 500)
    }
}
