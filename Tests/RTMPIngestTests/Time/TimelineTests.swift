import MediaTypes
import Testing

@testable import RTMPIngest

private let audio = TrackID(.audio)
private let video = TrackID(.video)

/// A unit that comes in, and where it must lie.
private struct Row {
    let track: TrackID
    let timestamp: UInt32
    let milliseconds: Double
    let continuity: Continuity
    let timeline: UInt32

    init(
        _ track: TrackID, _ timestamp: UInt32, at milliseconds: Double, _ continuity: Continuity = .continuous,
        in timeline: UInt32 = 0
    ) {
        self.track = track
        self.timestamp = timestamp
        self.milliseconds = milliseconds
        self.continuity = continuity
        self.timeline = timeline
    }
}

private func check(_ rows: [Row], hasSeenExtended: Bool = false, _ location: SourceLocation = #_sourceLocation) {
    var timeline = Timeline()
    for (index, row) in rows.enumerated() {
        let placement = timeline.place(row.track, timestamp: row.timestamp, hasSeenExtended: hasSeenExtended)
        let expected = Timeline.Placement(
            decodeTime: MediaTime(nanoseconds: Int64((row.milliseconds * 1e6).rounded())), timeline: row.timeline,
            continuity: row.continuity)
        #expect(placement == expected, "row \(index)", sourceLocation: location)
    }
}

@Suite("A timeline")
struct TimelineTests {
    @Test("§3.1: runs on through 0xFFFFFF, with extended timestamps", arguments: [UInt32(16_777_000), 16_777_180])
    func fourHoursThirtyNine(start: UInt32) {
        check([0, 33, 66, 216, 250, 1000].map { Row(video, start + $0, at: Double($0)) }, hasSeenExtended: true)
    }

    @Test("§4.3: runs on when 24 bits wrap, in both tracks, whatever their order")
    func wrap24() {
        check([
            Row(video, 16_777_200, at: 0), Row(audio, 16_777_205, at: 5), Row(video, 17, at: 33),
            Row(audio, 16_777_215, at: 15), Row(audio, 22, at: 38), Row(video, 50, at: 66),
        ])
    }

    @Test("§4.3: runs on when 31 bits wrap")
    func wrap31() {
        check(
            [Row(video, 0x7fff_fff0, at: 0), Row(audio, 5, at: 21), Row(video, 17, at: 33)], hasSeenExtended: true)
    }

    @Test("§4.3: runs on when 32 bits wrap")
    func wrap32() {
        check(
            [Row(video, 0xffff_fff0, at: 0), Row(audio, 5, at: 21), Row(video, 17, at: 33)], hasSeenExtended: true)
    }

    @Test("§4.3: runs on when a sender passes 2²⁴ by deltas and then names a time cut to 24 bits")
    func cutAfterDeltas() {
        check([
            Row(video, 16_777_200, at: 0), Row(video, 16_777_233, at: 33), Row(video, 50, at: 66),
            Row(video, 16_777_299, at: 99),
        ])
    }

    @Test("§3.3, §4.3: keeps the times of tracks that step back against each other on one chunk stream")
    func sharedChunkStream() {
        check([
            Row(audio, 1000, at: 0), Row(video, 990, at: -10), Row(audio, 1010, at: 10), Row(video, 1023, at: 23),
            Row(audio, 1038, at: 38), Row(video, 1056, at: 56),
        ])
    }

    @Test(
        "§4.3: takes a forward jump of 16.9 million ms by an extended delta for a new timeline",
        arguments: [true, false])
    func extendedDeltaJump(hasSeenExtended: Bool) {
        check(
            [
                Row(video, 0, at: 0), Row(audio, 5, at: 5), Row(video, 33, at: 33),
                Row(video, 16_900_033, at: 0, .newTimeline, in: 1), Row(audio, 16_900_029, at: -4, .newTimeline, in: 1),
                Row(video, 16_900_066, at: 33, in: 1), Row(audio, 16_900_050, at: 17, in: 1),
            ], hasSeenExtended: hasSeenExtended)
    }

    @Test("§4.3: begins at zero, whatever the first timestamp", arguments: [0, 1, 12_345_678, 0x7fff_ffff, UInt32.max])
    func startValue(start: UInt32) {
        check([Row(video, start, at: 0), Row(audio, start &+ 7, at: 7)], hasSeenExtended: true)
    }

    @Test("§3.11: moves repeated times on by a tenth of a millisecond")
    func repeats() {
        check([
            Row(video, 0, at: 0), Row(video, 40, at: 40), Row(video, 40, at: 40.1, .clamped),
            Row(video, 40, at: 40.2, .clamped), Row(video, 80, at: 80),
        ])
    }

    @Test("§3.11: holds a track that steps back 40 ms until its times have caught up")
    func regression() {
        check([
            Row(video, 0, at: 0), Row(video, 80, at: 80), Row(video, 40, at: 80.1, .clamped),
            Row(video, 80, at: 80.2, .clamped), Row(video, 120, at: 120),
        ])
    }

    @Test("§3.11: takes a pause of 3 s for a gap, in every track")
    func pause() {
        check([
            Row(video, 0, at: 0), Row(audio, 10, at: 10), Row(video, 3000, at: 3000, .gap),
            Row(audio, 3010, at: 3010, .gap), Row(video, 3033, at: 3033),
        ])
    }

    @Test(
        "§4.3: takes more than 3 s either way in all tracks for a new timeline", arguments: [13_001, 6_999, 0, 80_000])
    func jump(to timestamp: UInt32) {
        check([
            Row(video, 10_000, at: 0), Row(audio, 10_000, at: 0),
            Row(video, timestamp, at: 0, .newTimeline, in: 1), Row(audio, timestamp + 5, at: 5, .newTimeline, in: 1),
            Row(video, timestamp + 33, at: 33, in: 1),
        ])
    }

    @Test("never borrows more than 3 s: a track that goes on falling behind begins a new timeline")
    func borrow() {
        check([
            Row(video, 10_000, at: 0), Row(video, 8000, at: 0.1, .clamped), Row(video, 7001, at: 0.2, .clamped),
            Row(video, 7000, at: 0, .newTimeline, in: 1), Row(video, 7033, at: 33, in: 1),
        ])
    }

    @Test("§3.24: takes sound that was silent for a minute for a gap in the sound alone")
    func silentSound() {
        check(
            [Row(video, 0, at: 0), Row(audio, 10, at: 10)]
                + (1...1800 as ClosedRange<UInt32>).map { frame -> Row in
                    Row(video, frame * 1000 / 30, at: Double(frame * 1000 / 30))
                }
                + [
                    Row(audio, 60_010, at: 60_010, .gap), Row(audio, 60_031, at: 60_031),
                    Row(video, 60_033, at: 60_033),
                ])
    }

    @Test("takes a picture that was away for hours for a gap in the picture alone", arguments: [1, 5, 30])
    func absentPicture(hours: Int) {
        var timeline = Timeline()
        _ = timeline.place(video, timestamp: 0, hasSeenExtended: false)
        let end = hours * 3_600_000
        for time in stride(from: 0, through: end, by: 500) {
            // Without extended timestamps: 24 bits wrap meanwhile.
            let placement = timeline.place(audio, timestamp: UInt32(time & 0xff_ffff), hasSeenExtended: false)
            guard placement.continuity == .continuous else { Issue.record("sound at \(time)"); return }
        }
        let placement = timeline.place(video, timestamp: UInt32((end + 20) & 0xff_ffff), hasSeenExtended: false)
        #expect(placement.continuity == .gap)
        #expect(placement.timeline == 0)
        #expect(placement.decodeTime.milliseconds == Int64(end + 20))
    }

    @Test("§3.15: keeps the place of tracks that begin 5 s and 20 s late")
    func lateTracks() {
        let second = TrackID(.audio, 1)
        check(
            (0...20 as ClosedRange<UInt32>).map { frame -> Row in Row(video, 500 + frame * 250, at: Double(frame * 250))
            }
                + [Row(audio, 5490, at: 4990), Row(audio, 5511, at: 5011)]
                + (21...80 as ClosedRange<UInt32>).map { frame -> Row in
                    Row(video, 500 + frame * 250, at: Double(frame * 250))
                }
                + [Row(second, 20_470, at: 19_970), Row(second, 20_491, at: 19_991)])
    }

    @Test("lets a track lie 10 s before the origin, and no more")
    func beforeTheOrigin() {
        check([Row(video, 20_000, at: 0), Row(audio, 10_000, at: -10_000), Row(TrackID(.audio, 1), 9_990, at: -10_000)])
        check([Row(video, 20_000, at: 0), Row(audio, 9_999, at: 0), Row(audio, 10_020, at: 21)])
    }

    @Test("§3.24, §4.3: bears sound that is up to 10 s ahead or behind", arguments: [10_040, 29_960])
    func divergenceBorne(offset: UInt32) {
        check(
            (0...200 as ClosedRange<UInt32>).flatMap { frame -> [Row] in
                [
                    Row(video, 20_000 + frame * 40, at: Double(frame) * 40),
                    Row(audio, offset + frame * 40, at: Double(offset) - 20_000 + Double(frame) * 40),
                ]
            })
    }

    @Test("S-35: plays tracks whose clocks are hours apart together, by arrival")
    func hoursApart() {
        check(
            (0...200 as ClosedRange<UInt32>).flatMap { frame -> [Row] in
                [
                    Row(video, frame * 40, at: Double(frame) * 40),
                    Row(audio, 7_200_000 + frame * 40, at: Double(frame) * 40),
                ]
            }, hasSeenExtended: true)
    }
}
