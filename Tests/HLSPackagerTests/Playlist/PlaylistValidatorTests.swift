import Foundation
import HLSPackager
import TestSupport
import Testing

/// `Tests/EndToEnd/support/hls_validator.py`, which shares no line with what it watches, over the playlists of a stream
/// that lives for a while: it finds nothing, and finds what is then spoilt.
@Suite("The independent validator of playlists", .serialized)
struct PlaylistValidatorTests {
    struct Step: Encodable {
        var name: String
        var text: String
        var time: Double
    }

    /// A main rendition and a sound, part after part: a window of ten segments, two discontinuities that enter and
    /// leave it, deltas where there are any, and an end.
    static func live(segmentCount: Int = 24) throws -> [Step] {
        var scripts = [PlaylistScript(), PlaylistScript(id: .audio(1))]
        var steps: [Step] = []
        let multivariant = try GoldenPlaylistTests.playlists()[0].bytes
        steps.append(Step(name: "index.m3u8", text: String(decoding: multivariant, as: UTF8.self), time: 0))
        for index in 0..<(segmentCount * 4) {
            for number in scripts.indices {
                if index == 20 || index == 24 {
                    scripts[number].beginDiscontinuity(withNewInitialisation: index == 24)
                }
                scripts[number].addPart(nanoseconds: index % 4 == 3 ? 300_000_000 : 500_000_000)
                if index % 4 == 3 { scripts[number].endSegment() }
                if scripts[number].snapshot.segments.count > 10 { scripts[number].removeFirst() }
            }
            if index == segmentCount * 4 - 1 {
                for number in scripts.indices { scripts[number].snapshot.hasEnded = true }
            }
            steps += Self.step(scripts, index, time: Double(index) * 0.45)
        }
        return steps
    }

    static func step(_ scripts: [PlaylistScript], _ index: Int, time: Double) -> [Step] {
        let reports = scripts.compactMap { MediaPlaylist.Report($0.id, $0.snapshot) }
        var steps: [Step] = []
        for (number, stem) in [(0, "main"), (1, "a1")] {
            let playlist = scripts[number].playlist(reports: reports)
            let isDelta = index % 3 == 0
            let bytes = (isDelta ? playlist.renderDelta() : nil) ?? playlist.render()
            steps.append(Step(name: "\(stem).m3u8", text: String(decoding: bytes, as: UTF8.self), time: time))
            guard scripts[number].snapshot.segments.count > 3 else { continue }
            for (form, suffix) in [(PlaylistForm.plain, "plain"), (.transportStream, "ts")] {
                steps.append(Step(name: "\(stem).\(suffix).m3u8", text: scripts[number].text(form), time: time))
            }
        }
        return steps
    }

    static func validate(_ steps: [Step]) throws -> TestCommand.Result {
        let input = String(decoding: try JSONEncoder().encode(["steps": steps]), as: UTF8.self)
        return try TestCommand.run("/usr/bin/python3", ["-B", Self.program.path], input: input)
    }

    static let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "EndToEnd/support/hls_validator.py")

    @Test("finds nothing in the playlists of a live stream")
    func good() throws {
        let result = try Self.validate(try Self.live())
        #expect(result.output == "")
        #expect(result.status == 0)
    }

    @Test("finds nothing in the golden playlists", arguments: ["index", "low-latency", "plain", "event", "recording"])
    func golden(_ name: String) throws {
        let bytes = try #require(try GoldenPlaylistTests.playlists().first { $0.name == "\(name).m3u8" }).bytes
        // The form is in its name: only these two may say that they are no live window.
        let form = ["event": "event.", "recording": "vod."][name] ?? ""
        let step = Step(name: "main.\(form)m3u8", text: String(decoding: bytes, as: UTF8.self), time: 0)
        #expect(try Self.validate([step]).output == "")
    }

    /// What is replaced in the playlists of this name from a step on, and the mark of the rule that this breaks.
    struct Mutation: CustomTestStringConvertible, Sendable {
        let mark: String
        let name: String
        let from: String
        let to: String

        init(_ mark: String, _ from: String, _ to: String, in name: String = "main.m3u8") {
            self.mark = mark
            self.name = name
            self.from = from
            self.to = to
        }

        var testDescription: String { "\(self.mark): \(self.from) is \(self.to)" }
    }

    static let mutations: [Mutation] = [
        Mutation("L1", "TARGETDURATION:2", "TARGETDURATION:3"),
        Mutation("L1", "#EXTINF:1.800,", "#EXTINF:2.500,"),
        Mutation("L2", "#EXTINF:1.800,", "#EXTINF:1.700,"),
        Mutation("L4", "#EXT-X-MEDIA-SEQUENCE:1", "#EXT-X-MEDIA-SEQUENCE:"),
        Mutation("L5", "#EXT-X-PART:DURATION=0.500,", "#EXT-X-PART:DURATION=0.499,"),
        Mutation("L6", "\nmain/1", "\nmain/other1"),
        Mutation("L11", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MEDIA-SEQUENCE"),
        Mutation("L17", "HOLD-BACK=6.000,", "HOLD-BACK=5.999,"),
        Mutation("DSN", "#EXT-X-DISCONTINUITY-SEQUENCE:", "#EXT-X-DISCONTINUITY-SEQUENCE:1"),
        Mutation("DSN", "#EXT-X-DISCONTINUITY-SEQUENCE:0\n", ""),
        Mutation("L5", "#EXT-X-DISCONTINUITY\n", ""),
        Mutation("PDT", "T14:13:4", "T14:12:4"),
        Mutation("PDT", ".600Z", ".6Z"),
        Mutation("V", "#EXT-X-VERSION:9", "#EXT-X-VERSION:6"),
        Mutation("V", "#EXT-X-VERSION:6", "#EXT-X-VERSION:11"),
        Mutation("MAP", "#EXT-X-MAP:URI=\"main/init.0.mp4\"\n", ""),
        Mutation("URI", "\nmain/2", "\n/main/2"),
        Mutation("LL1", "PART-HOLD-BACK=1.500", "PART-HOLD-BACK=1.499"),
        Mutation("LL2", "PART-TARGET=0.500", "PART-TARGET=0.490"),
        Mutation("LL2", "DURATION=0.500,URI=\"main/12.1", "DURATION=0.420,URI=\"main/12.1"),
        Mutation("LL3", "\",INDEPENDENT=YES", "\""),
        Mutation("LL12", "SKIPPED-SEGMENTS=", "SKIPPED-SEGMENTS=1"),
        Mutation("LL12", "CAN-SKIP-UNTIL=12.000", "CAN-SKIP-UNTIL=11.999"),
        Mutation("LL13", "TYPE=PART,URI=\"main/1", "TYPE=PART,URI=\"main/0"),
        Mutation("LL14", "#EXT-X-RENDITION-REPORT:URI=\"a1.m3u8\"", "#EXT-X-RENDITION-REPORT:URI=\"a2.m3u8\""),
        Mutation("syntax", "#EXTM3U\n", "\u{feff}#EXTM3U\n"),
        Mutation("syntax", ",URI=\"main/12.1.m4s\"", ", URI=\"main/12.1.m4s\""),
        Mutation("M1", ",AVERAGE-BANDWIDTH=2620000", "", in: "index.m3u8"),
        Mutation("M2", "AUDIO=\"audio\"", "AUDIO=\"sound\"", in: "index.m3u8"),
        Mutation("M4", "29.970", "29.97", in: "index.m3u8"),
    ]

    @Test("finds what is spoilt, by its rule", arguments: Self.mutations)
    func mutation(_ mutation: Mutation) throws {
        var steps = try Self.live(segmentCount: 16)
        let first = mutation.name == "index.m3u8" ? 0 : steps.count / 3
        for index in first..<steps.count where steps[index].name == mutation.name {
            steps[index].text = steps[index].text.replacingOccurrences(of: mutation.from, with: mutation.to)
        }
        let result = try Self.validate(steps)
        #expect(result.status == 1)
        #expect(result.output.contains(": \(mutation.mark): "), "\(result.output.prefix(400))")
    }

    /// The window of an encrypted stream: whole segments, a key for three of them, and a new section in between.
    private static func encrypted() -> [Step] {
        var script = PlaylistScript(keySegmentCount: 3)
        return (0..<20).flatMap { index -> [Step] in
            if index == 9 { script.beginDiscontinuity(withNewInitialisation: true) }
            script.addSegment()
            if script.snapshot.segments.count > 10 { script.removeFirst() }
            let forms: [(PlaylistForm, String)] = [
                (.lowLatency, "main.m3u8"), (.plain, "main.plain.m3u8"), (.transportStream, "main.ts.m3u8"),
            ]
            return forms.map { form, name in Step(name: name, text: script.text(form), time: Double(index) * 2) }
        }
    }

    static let keyMutations: [Mutation] = [
        Mutation("K1", "METHOD=AES-128", "METHOD=AES-256"),
        Mutation("K1", "METHOD=NONE", "METHOD=NONE,URI=\"key.2.bin\""),
        Mutation("K2", ",IV=0xAB000000000000000000000000000009", ""),
        Mutation("K2", "IV=0xAB", "IV=0xab"),
        Mutation("K4", "#EXTINF:2.000,\nmain/12", "#EXT-X-PART:DURATION=0.5,URI=\"x\"\n#EXTINF:2.000,\nmain/12"),
        Mutation("URI", "URI=\"key.4.bin\"", "URI=\"/key.4.bin\""),
        Mutation("MAP", "#EXT-X-MAP:URI=\"main/init.0.mp4\"\n", ""),
    ]

    @Test("finds nothing in the playlists of an encrypted stream, and what is spoilt in them")
    func keys() throws {
        let steps = Self.encrypted()
        #expect(try Self.validate(steps).output == "")
        for mutation in Self.keyMutations {
            var spoilt = steps
            for index in spoilt.indices where spoilt[index].name == mutation.name {
                spoilt[index].text = spoilt[index].text.replacingOccurrences(of: mutation.from, with: mutation.to)
            }
            let output = try Self.validate(spoilt).output
            #expect(output.contains(": \(mutation.mark): "), "\(mutation): \(output.prefix(300))")
        }
        var changed = steps
        let last = try #require(changed.lastIndex { $0.name == "main.plain.m3u8" })
        changed[last].text = changed[last].text.replacingOccurrences(of: "0xAB", with: "0xAC")
        #expect(try Self.validate(changed).output.contains(": L5: segment"))
    }

    @Test("finds what is missing over time: a segment that is late, one taken back, an end taken back")
    func overTime() throws {
        let steps = try Self.live(segmentCount: 12)
        var late = steps
        for index in (steps.count / 2)..<steps.count { late[index].time += 10 }
        #expect(try Self.validate(late).output.contains(": L7: "))
        var back = steps
        let mains = steps.indices.filter { steps[$0].name == "main.m3u8" }
        (back[mains[20]].text, back[mains[23]].text) = (steps[mains[23]].text, steps[mains[20]].text)
        #expect(try Self.validate(back).output.contains(": L5: "))
        let last = try #require(steps.last { $0.name == "main.m3u8" })
        let earlier = try #require(steps.dropLast(6).last { $0.name == "main.m3u8" })
        #expect(try Self.validate(steps + [last, earlier]).output.contains(": L12: "))
        let early = try Self.validate([
            Step(name: "main.m3u8", text: PlaylistScript(segmentCount: 4).text(), time: 0),
            Step(name: "main.m3u8", text: try Self.without(first: 2), time: 1),
        ])
        #expect(early.output.contains(": L8: "))
    }

    @Test("finds a URI that is listed and cannot be had")
    func availability() throws {
        let program = """
            import sys
            sys.path.insert(0, sys.argv[1])
            sys.dont_write_bytecode = True
            from hls_validator import Validator
            validator = Validator(fetch=lambda uri: uri not in ("main/8.m4s", "main/9.1.m4s"))
            validator.feed("main.m3u8", sys.argv[2])
            print("\\n".join(validator.violations))
            """
        let text = PlaylistScript(segmentCount: 3).text()
        let folder = Self.program.deletingLastPathComponent().path
        let lines = try TestCommand.python(program, [folder, text]).output.split(separator: "\n")
        #expect(
            lines.map { $0.prefix { $0 != "," } } == [
                "main.m3u8: L10: main/8.m4s is listed and cannot be had",
                "main.m3u8: L10: main/9.1.m4s is listed and cannot be had",
            ])
    }

    @Test(
        "and the readers of media beside it find what is broken",
        arguments: ["mp4", "mpegts", "elementary", "media", "playlist_rules"])
    func readers(_ name: String) throws {
        let folder = Self.program.deletingLastPathComponent().deletingLastPathComponent().path
        let program = """
            import os, sys, unittest
            os.chdir(sys.argv[1])
            sys.path.insert(0, ".")
            sys.dont_write_bytecode = True
            tests = unittest.defaultTestLoader.loadTestsFromName("tests.test_" + sys.argv[2])
            result = unittest.TextTestRunner(verbosity=0).run(tests)
            sys.exit(not (result.wasSuccessful() and result.testsRun))
            """
        let result = try TestCommand.python(program, [folder, name])
        #expect(result.status == 0, "\(result.output.suffix(2000))")
    }

    private static func without(first count: Int) throws -> String {
        var script = PlaylistScript(segmentCount: 4)
        for _ in 0..<count { script.removeFirst() }
        return script.text()
    }
}
