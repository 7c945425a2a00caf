import HLSPackager
import Primitives
import Testing

/// The playlist is of whole segments 7 and 8, of four parts each, and of two parts of 9; the Advance Part Limit is 6.
@Suite("Requests for playlists")
struct PlaylistRequestTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let rule: String
        let query: String
        let decision: PlaylistDecision

        init(_ rule: String, _ query: String, _ decision: PlaylistDecision) {
            self.rule = rule
            self.query = query
            self.decision = decision
        }

        var testDescription: String { "\(self.rule): \(self.query)" }
    }

    static func part(_ sequence: Int, _ part: Int, isDelta: Bool = false) -> PlaylistDecision {
        .wait(.part(PartPosition(sequence: sequence, part: part)), isDelta: isDelta)
    }

    static let growingCases: [Case] = [
        Case("without directives at once", "", .answer(isDelta: false)),
        Case("without directives at once", "token=1&_HLS", .answer(isDelta: false)),
        Case("LL7 wait for the whole segment", "_HLS_msn=9", .wait(.segment(9), isDelta: false)),
        Case("LL7 wait for the whole segment", "_HLS_msn=10", .wait(.segment(10), isDelta: false)),
        Case("LL7 a segment that is there at once", "_HLS_msn=8", .answer(isDelta: false)),
        Case("LL7 a segment that left the window at once", "_HLS_msn=2", .answer(isDelta: false)),
        Case("LL7 a part that left the window at once", "_HLS_msn=2&_HLS_part=99", .answer(isDelta: false)),
        Case("LL7 a part that is there at once", "_HLS_msn=9&_HLS_part=1", .answer(isDelta: false)),
        Case("LL7 a part of an older segment at once", "_HLS_msn=8&_HLS_part=3", .answer(isDelta: false)),
        Case("LL7 wait for the next part", "_HLS_msn=9&_HLS_part=2", Self.part(9, 2)),
        Case("LL7 wait for a part that may not come", "_HLS_msn=9&_HLS_part=7", Self.part(9, 7)),
        Case(
            "LL7 beyond the last part of 8 is the first of 9, at once", "_HLS_msn=8&_HLS_part=4",
            .answer(isDelta: false)),
        Case("LL7 far beyond the last part of 8 is the first of 9", "_HLS_msn=8&_HLS_part=99", .answer(isDelta: false)),
        Case("LL7 wait for a part of the next segment", "_HLS_msn=10&_HLS_part=0", Self.part(10, 0)),
        Case("LL9 the last segment plus two waits", "_HLS_msn=10&_HLS_part=5", Self.part(10, 5)),
        Case("LL9 the last segment plus three", "_HLS_msn=11", .refuse(.sequenceTooFarAhead)),
        Case("LL9 the last segment plus three", "_HLS_msn=11&_HLS_part=0", .refuse(.sequenceTooFarAhead)),
        Case("LL9 parts up to the limit", "_HLS_msn=9&_HLS_part=7", Self.part(9, 7)),
        Case("LL9 parts beyond the limit", "_HLS_msn=9&_HLS_part=8", .refuse(.partTooFarAhead)),
        Case("LL9 parts beyond the limit in the next segment", "_HLS_msn=10&_HLS_part=6", .refuse(.partTooFarAhead)),
        Case("LL9 numbers beyond all", "_HLS_msn=99999999999999999999", .refuse(.sequenceTooFarAhead)),
        Case(
            "LL9 numbers beyond all", "_HLS_msn=9223372036854775807&_HLS_part=9223372036854775807",
            .refuse(.sequenceTooFarAhead)),
        Case("LL9 numbers beyond all", "_HLS_msn=9&_HLS_part=9223372036854775807", .refuse(.partTooFarAhead)),
        Case("LL9 numbers beyond all", "_HLS_msn=9&_HLS_part=99999999999999999999", .refuse(.partTooFarAhead)),
        Case(
            "LL7 whatever the part of an old segment", "_HLS_msn=8&_HLS_part=99999999999999999999",
            .answer(isDelta: false)),
        Case("LL10 a part without its segment", "_HLS_part=1", .refuse(.partWithoutSequence)),
        Case(
            "LL10 a part without its segment", "_HLS_skip=YES&_HLS_part=99999999999999999999",
            .refuse(.partWithoutSequence)),
        Case("not a number", "_HLS_msn=", .refuse(.malformedNumber)),
        Case("not a number", "_HLS_msn=-1", .refuse(.malformedNumber)),
        Case("not a number", "_HLS_msn=8&_HLS_part=x", .refuse(.malformedNumber)),
        Case("not a number: no escape is decoded", "_HLS_msn=%38", .refuse(.malformedNumber)),
        Case("twice", "_HLS_msn=8&_HLS_msn=8", .refuse(.malformedNumber)),
        Case("zeros before a number are the number", "_HLS_msn=008", .answer(isDelta: false)),
        Case("LL8 unknown directives are ignored", "_HLS_new=1&_HLS_push=0&_hls_msn=99", .answer(isDelta: false)),
        Case("LL12 a delta at once", "_HLS_skip=YES", .answer(isDelta: true)),
        Case("LL12 a delta of version 2 at once", "_HLS_skip=v2", .answer(isDelta: true)),
        Case("LL12 no other word asks for one", "_HLS_skip=yes", .answer(isDelta: false)),
        Case("LL12 a delta later", "_HLS_msn=9&_HLS_part=2&_HLS_skip=YES", Self.part(9, 2, isDelta: true)),
        Case("LL18 directives in any order", "_HLS_part=2&a=b&_HLS_msn=9", Self.part(9, 2)),
    ]

    @Test("are decided by the rules, while a segment grows", arguments: Self.growingCases)
    func growing(_ row: Case) {
        let script = PlaylistScript(segmentCount: 2, openPartCount: 2)
        #expect(PlaylistRequest(query: Array(row.query.utf8)[...]).decide(for: script.playlist()) == row.decision)
    }

    static let betweenCases: [Case] = [
        Case(
            "LL7 the part after the last of a whole segment is the next one's first", "_HLS_msn=8&_HLS_part=4",
            Self.part(9, 0)),
        Case("LL7 as is any after it", "_HLS_msn=8&_HLS_part=9", Self.part(9, 0)),
        Case("LL9 but for those beyond the limit", "_HLS_msn=8&_HLS_part=10", .refuse(.partTooFarAhead)),
        Case("LL7 the last part is there", "_HLS_msn=8&_HLS_part=3", .answer(isDelta: false)),
        Case("LL7 wait for the next", "_HLS_msn=9&_HLS_part=0", Self.part(9, 0)),
        Case("LL7 wait for all of the next", "_HLS_msn=9", .wait(.segment(9), isDelta: false)),
        Case("LL9 two after the last", "_HLS_msn=10", .wait(.segment(10), isDelta: false)),
        Case("LL9 three after the last", "_HLS_msn=11", .refuse(.sequenceTooFarAhead)),
    ]

    @Test("are decided by the rules, between segments", arguments: Self.betweenCases)
    func between(_ row: Case) {
        let script = PlaylistScript(segmentCount: 2)
        #expect(PlaylistRequest(query: Array(row.query.utf8)[...]).decide(for: script.playlist()) == row.decision)
    }

    @Test(
        "LL8: directives are ignored once the stream has ended, right or wrong",
        arguments: ["_HLS_msn=99", "_HLS_part=1", "_HLS_skip=YES", "_HLS_msn=x", "_HLS_msn=9&_HLS_part=5"])
    func ended(_ query: String) {
        var script = PlaylistScript(segmentCount: 2)
        script.snapshot.hasEnded = true
        let request = PlaylistRequest(query: Array(query.utf8)[...])
        #expect(request.decide(for: script.playlist()) == .answer(isDelta: false))
    }

    @Test("directives are ignored by the forms that never promised to obey any")
    func plain() {
        let script = PlaylistScript(segmentCount: 3)
        let request = PlaylistRequest(query: Array("_HLS_msn=99&_HLS_skip=YES".utf8)[...])
        #expect(request.decide(for: script.playlist(.plain)) == .answer(isDelta: false))
    }

    @Test("a stream that has nothing yet is waited for by those who ask for a part, and is not ready for others")
    func nothing() {
        let playlist = PlaylistScript().playlist()
        #expect(PlaylistRequest().decide(for: playlist) == .notReady)
        let first = PlaylistRequest(query: Array("_HLS_msn=7&_HLS_part=0".utf8)[...])
        #expect(first.decide(for: playlist) == Self.part(7, 0))
    }

    @Test("LL7: a wait for a part is over when it or anything later is there, and not before")
    func part() {
        var script = PlaylistScript(segmentCount: 2, openPartCount: 2)
        let waits: [PlaylistWait] = [
            .part(PartPosition(sequence: 9, part: 2)), .part(PartPosition(sequence: 9, part: 4)), .segment(9),
            .part(PartPosition(sequence: 10, part: 0)),
        ]
        func over() -> [Bool] {
            waits.map { $0.isOver(at: PlaylistEdge(script.snapshot), hasEnded: script.snapshot.hasEnded) }
        }
        #expect(over() == [false, false, false, false])
        script.addPart()
        #expect(over() == [true, false, false, false])
        script.endSegment()
        #expect(over() == [true, false, true, false])
        script.addPart()
        #expect(over() == [true, true, true, true])
    }

    @Test("L12: the end of a stream ends every wait")
    func end() {
        var script = PlaylistScript(segmentCount: 2)
        script.snapshot.hasEnded = true
        let wait = PlaylistWait.part(PartPosition(sequence: 99, part: 0))
        #expect(wait.isOver(at: PlaylistEdge(script.snapshot), hasEnded: true))
    }

    @Test("LL9: the Advance Part Limit is three, or three seconds' worth of shorter parts")
    func advance() {
        let limits: [(Int64, Int)] = [(500, 6), (333, 9), (200, 15), (999, 3), (1000, 3), (2000, 3)]
        for (milliseconds, count) in limits {
            var hls = HLSLimits()
            hls.partTime = .milliseconds(milliseconds)
            #expect(PlaylistPromises(hls).advancePartCountMax == count)
        }
    }

    @Test("LL11: a request is blocked for three target durations, and for eight seconds at most")
    func blocked() {
        var limits = HLSLimits()
        #expect(PlaylistPromises(limits).blockedTimeMax == .seconds(8))
        limits.segmentTimeMax = .seconds(2)
        #expect(PlaylistPromises(limits).blockedTimeMax == .seconds(6))
    }
}
