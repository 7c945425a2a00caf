import Primitives
import Testing

@testable import HLSPackager

@Suite("Recording")
struct RecordingTests {
    @Test("A show grows while it goes on, line by line, and is whole when it has ended")
    func grows() throws {
        let rig = try RecordingRig()
        rig.begin()
        var before: [String] = []
        for count in 1...6 {
            rig.add()
            #expect(rig.flush())
            guard count >= 3 else {
                #expect(rig.lines(.event) == nil)
                continue
            }
            let lines = try #require(rig.lines(.event))
            #expect(lines.starts(with: before))
            #expect(lines.segmentNames == (0..<count).map { "main/\($0).m4s" })
            #expect(rig.faults(lines) == [])
            #expect(!lines.contains("#EXT-X-ENDLIST"))
            #expect(rig.lines(.recording) == nil)
            before = lines
        }
        rig.end()
        #expect(rig.flush())
        #expect(rig.lines(.event) == before + ["#EXT-X-ENDLIST"])
        let recording = try #require(rig.lines(.recording))
        let head = [
            "#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:2", "#EXT-X-PLAYLIST-TYPE:VOD",
            "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-DISCONTINUITY-SEQUENCE:0", "#EXT-X-INDEPENDENT-SEGMENTS",
            "#EXT-X-MAP:URI=\"main/init.0.mp4\"",
        ]
        let body: [String] = (0..<6).flatMap { ["#EXTINF:2.000,", "main/\($0).m4s"] }
        let dateless = recording.filter { !$0.hasPrefix("#EXT-X-PROGRAM-DATE-TIME") }
        #expect(dateless == head + body + ["#EXT-X-ENDLIST"])
        #expect(rig.faults(recording) == [])
        #expect(rig.events == ["recording started", "recording finished"])
        let figures = rig.recordings.figures
        #expect(figures.recordedSegmentCount == 6)
        #expect(figures.lostSegmentCount == 0)
        #expect(figures.queuedByteCount == 0)
        #expect(figures.storedByteCount > 24_000)
        // Media and journal of six batches, and the end.
        #expect(figures.syncCount == 13)
    }

    @Test("A finished show opens again after a restart, the same to the byte")
    func opensAgain() throws {
        let rig = try RecordingRig()
        rig.begin([.main, .audio(2)])
        for _ in 0..<4 {
            rig.add()
            rig.add(.audio(2), initialisation: 7)
        }
        rig.end()
        #expect(rig.flush())
        let again = try rig.restarted()
        for id in [RenditionID.main, .audio(2)] {
            let lines = try #require(again.lines(.recording, id))
            #expect(lines == rig.lines(.recording, id))
            #expect(again.faults(lines) == [])
            #expect(lines.segmentNames.count == 4)
        }
        #expect(rig.isCompressed(.recording))
        #expect(again.isCompressed(.recording))
        guard case .found(let first) = rig.recordings.multivariant(.recording, of: "Show 1"),
            case .found(let second) = again.recordings.multivariant(.recording, of: "Show 1")
        else {
            Issue.record("no multivariant playlist")
            return
        }
        #expect(first.plain.copyBytes() == second.plain.copyBytes())
        let text = String(decoding: first.plain.copyBytes(), as: UTF8.self)
        #expect(text.contains("BANDWIDTH=32000,AVERAGE-BANDWIDTH=32000"))
        #expect(text.contains("\nmain.vod.m3u8\n"))
        #expect(again.recordings.state(of: "Show 1").nextSequence == 4)
        #expect(again.recordings.state(of: "Show 1").nextInitialisation == 2)
    }

    @Test("A show that a restart interrupted goes on when its publisher is back, after one discontinuity")
    func goesOn() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 4)
        #expect(rig.flush())
        let before = try #require(rig.lines(.event))
        let again = try rig.restarted()
        #expect(again.lines(.event) == before)
        again.begin()
        again.add(count: 2)
        #expect(again.flush())
        let lines = try #require(again.lines(.event))
        #expect(lines.starts(with: before))
        #expect(lines.segmentNames == (0..<4).map { "main/\($0).m4s" } + ["main/104.m4s", "main/105.m4s"])
        #expect(lines.count { $0 == "#EXT-X-DISCONTINUITY" } == 1)
        #expect(lines.after("#EXT-X-MAP:URI=") == ["\"main/init.0.mp4\"", "\"main/init.101.mp4\""])
        #expect(again.faults(lines) == [])
        // Long after the grace time of the one before.
        again.recordings.maintain(now: .now + .seconds(1000))
        #expect(again.flush())
        #expect(again.lines(.recording) == nil)
        again.end()
        #expect(again.flush())
        #expect(again.lines(.recording)?.segmentNames.count == 6)
    }

    @Test("A show that a restart interrupted is finished when its publisher stays away")
    func staysAway() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 2)
        #expect(rig.flush())
        let again = try rig.restarted()
        again.recordings.maintain(now: .now + .seconds(59))
        #expect(again.flush())
        #expect(again.lines(.recording) == nil)
        again.recordings.maintain(now: .now + .seconds(61))
        #expect(again.flush())
        let lines = try #require(again.lines(.recording))
        #expect(lines.last == "#EXT-X-ENDLIST")
        #expect(again.faults(lines) == [])
        // And what comes after is another show.
        again.begin()
        again.add(count: 3)
        #expect(again.flush())
        #expect(again.lines(.event)?.segmentNames == ["main/102.m4s", "main/103.m4s", "main/104.m4s"])
        #expect(again.lines(.recording) == lines)
        #expect(again.faults(lines) == [])
    }

    @Test("A show that was interrupted long ago is over at once")
    func longAgo() throws {
        let rig = try RecordingRig()
        rig.begin()
        rig.add(count: 2)
        #expect(rig.flush())
        var limits = RecordingLimits()
        limits.resumeTimeMax = .seconds(-10)
        let again = try rig.restarted(limits: limits)
        #expect(again.lines(.recording)?.segmentNames.count == 2)
    }

    @Test("Each show of a stream is one of its own; segments of all are to be had, the playlists are the last one's")
    func shows() throws {
        let rig = try RecordingRig()
        for _ in 0..<3 {
            rig.begin()
            rig.add(count: 3)
            rig.end()
            #expect(rig.flush())
        }
        #expect(rig.lines(.recording)?.segmentNames == ["main/6.m4s", "main/7.m4s", "main/8.m4s"])
        for sequence in 0..<9 {
            #expect(
                rig.body(.segment(.main, sequence: sequence, .fragmentedMP4))
                    == RecordingRig.bytes(.main, sequence, 4000))
        }
        #expect(rig.body(.segment(.main, sequence: 9, .fragmentedMP4)) == nil)
        #expect(rig.body(.segment(.main, sequence: 1, .transportStream)) == nil)
        #expect(rig.body(.initialisation(.main, number: 9)) == nil)
    }

    @Test("A rendition that missed a discontinuity counts it all the same")
    func missedDiscontinuity() throws {
        let rig = try RecordingRig()
        rig.begin([.main, .audio(2)])
        rig.add()
        rig.add(.audio(2), initialisation: 7)
        rig.use([.main])
        rig.add()
        rig.use([.main, .audio(2)])
        rig.add()
        rig.add(.audio(2), initialisation: 7)
        rig.end()
        #expect(rig.flush())
        for id in [RenditionID.main, .audio(2)] {
            let lines = try #require(rig.lines(.recording, id))
            #expect(lines.count { $0 == "#EXT-X-DISCONTINUITY" } == 2)
            #expect(rig.faults(lines) == [])
        }
    }

    @Test("Encrypted segments are recorded as they are, with their keys")
    func encrypted() throws {
        let rig = try RecordingRig(keySegmentCount: 2)
        rig.begin()
        rig.add(count: 5)
        #expect(rig.flush())
        rig.end()
        #expect(rig.flush())
        let again = try rig.restarted()
        let lines = try #require(again.lines(.recording))
        let tags = lines.after("#EXT-X-KEY:METHOD=AES-128,URI=")
        #expect(tags.map { $0.prefix(10) } == [0, 0, 1, 1, 2].map { "\"key.\($0).bin" })
        #expect(Set(tags).count == 5)
        for number in 0..<3 {
            guard case .found(let key) = again.recordings.key(number, of: "Show 1"),
                case .found(let same) = rig.recordings.key(number, of: "Show 1")
            else {
                Issue.record("no key \(number)")
                continue
            }
            #expect(key.count == 16)
            #expect(key == same)
        }
        // One more block for the padding, and nothing of the clear bytes.
        let body = try #require(again.body(.segment(.main, sequence: 1, .fragmentedMP4)))
        #expect(body.count == 4016 - 4000 % 16)
        #expect(body.prefix(16) != RecordingRig.bytes(.main, 1, 4000).prefix(16))
        #expect(again.recordings.state(of: "Show 1").nextKey == 3)
    }

    @Test("Numbers that leave thousands out leave none out in a recording")
    func largeNumbers() throws {
        let rig = try RecordingRig(
            state: StreamState(nextSequence: 5000, nextInitialisation: 40, discontinuityCount: 900))
        rig.begin()
        rig.add(count: 3)
        #expect(rig.flush())
        let lines = try #require(rig.lines(.event))
        #expect(lines.contains("#EXT-X-DISCONTINUITY-SEQUENCE:0"))
        #expect(lines.contains("#EXT-X-MEDIA-SEQUENCE:5000"))
    }
}
