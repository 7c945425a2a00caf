import Primitives
import Testing

@testable import HTTPServer

@Suite struct HTTP2FrameWalkerTests {
    typealias Client = HTTP2Client

    static var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.controlFrameCountMax = 4
        limits.continuationFrameCountMax = 2
        limits.headByteCountMax = 50
        return limits
    }

    static let headers = Client.frame(1, flags: 4, stream: 1, [1, 2, 3])
    static let openHeaders = Client.frame(1, stream: 1, Array(repeating: 0, count: 10))

    static func many(_ count: Int, _ frame: [UInt8]) -> [UInt8] { (0..<count).flatMap { _ in frame } }

    static let cases: [(bytes: [UInt8], outcome: String)] = [
        ([], "none"),
        (headers + Client.data(1, Array(repeating: 0, count: 70)), "none"),
        (many(4, Client.ping()), "none"),
        (many(5, Client.ping()), "h2-control-frame-flood"),
        (
            Client.settings() + Client.windowUpdate(0, 1) + Client.frame(2, [0]) + Client.frame(99) + Client.frame(7),
            "h2-control-frame-flood"
        ),
        (many(9, Client.reset(1)), "none"),
        (many(4, Client.data(1, [], ends: true)), "none"),
        (many(5, Client.data(1, [], ends: true)), "h2-control-frame-flood"),
        (many(5, Client.frame(0, flags: 9, stream: 1, [1, 0])), "h2-control-frame-flood"),
        (many(9, headers + Client.data(1, [], ends: true)), "none"),
        (many(9, Client.frame(1, flags: 5, stream: 1) + Client.data(1, [], ends: true)), "h2-control-frame-flood"),
        (many(5, Client.data(1, [])), "h2-control-frame-flood"),
        (many(5, Client.frame(0, flags: 8, stream: 1, [0])), "h2-control-frame-flood"),
        (many(5, Client.frame(0, flags: 8, stream: 1, [3, 0, 0, 0])), "h2-control-frame-flood"),
        (many(9, Client.frame(0, flags: 8, stream: 1, [2, 0, 0, 0])), "none"),
        (openHeaders + many(2, Client.frame(9, stream: 1, [])), "open block"),
        (openHeaders + many(3, Client.frame(9, stream: 1, [])), "h2-continuation-flood"),
        (many(9, openHeaders + Client.frame(9, flags: 4, stream: 1, [1])), "none"),
        (openHeaders + Client.frame(9, flags: 4, stream: 1, Array(repeating: 0, count: 40)), "none"),
        (
            openHeaders + Client.frame(9, flags: 4, stream: 1, Array(repeating: 0, count: 41)),
            "h2-header-block-too-large"
        ),
        (Client.frame(1, flags: 4, stream: 1, Array(repeating: 0, count: 51)), "h2-header-block-too-large"),
        ([0, 0, 9, 1, 4, 0, 0, 0, 1, 5], "open block"),
    ]

    @Test("Frames are judged by their heads, however they are cut.", arguments: cases.indices)
    func outcome(_ index: Int) {
        let test = Self.cases[index]
        let bytes = Client.preface + test.bytes
        for cut in everyCut(bytes) {
            var walker = HTTP2FrameWalker(limits: Self.limits)
            var lawfulCount = 0
            var violation: HTTP2FrameWalker.Violation?
            for piece in cut where violation == nil {
                violation = piece.withUnsafeBytes { walker.walk($0, now: MonotonicTime(nanoseconds: 0)) }
                lawfulCount += violation?.offset ?? piece.count
            }
            let outcome = violation?.error.reason.description ?? (walker.isInHeaderBlock ? "open block" : "none")
            #expect(outcome == test.outcome)
            if violation == nil { #expect(lawfulCount == bytes.count) }
        }
    }

    @Test("A new window of time brings a new budget, and sent bodies pay for window updates.")
    func budget() {
        var walker = HTTP2FrameWalker(limits: Self.limits)
        func walk(_ bytes: [UInt8], seconds: Int64) -> Bool {
            bytes.withUnsafeBytes { walker.walk($0, now: MonotonicTime(nanoseconds: seconds * 1_000_000_000)) } == nil
        }
        let updates = Self.many(4, Client.windowUpdate(0, 1))
        var isLawful = walk(Client.preface + Self.many(4, Client.ping()), seconds: 0)
        #expect(isLawful)
        walker.earnWindowUpdates(bodyByteCount: 3 * 1024, endsBody: true)
        isLawful = walk(updates, seconds: 9)
        #expect(isLawful)
        isLawful = walk(updates, seconds: 10)
        #expect(isLawful)
        isLawful = walk(Client.windowUpdate(0, 1), seconds: 19)
        #expect(!isLawful)
    }

    @Test("Bytes pay for window updates, however many frames they were sent in.")
    func dribble() {
        var walker = HTTP2FrameWalker(limits: Self.limits)
        func walk(_ bytes: [UInt8]) -> Bool {
            bytes.withUnsafeBytes { walker.walk($0, now: MonotonicTime(nanoseconds: 0)) } == nil
        }
        for _ in 0..<1024 { walker.earnWindowUpdates(bodyByteCount: 1, endsBody: false) }
        var isLawful = walk(Client.preface + Self.many(5, Client.windowUpdate(0, 1)))
        #expect(isLawful)
        for _ in 0..<1023 { walker.earnWindowUpdates(bodyByteCount: 1, endsBody: false) }
        isLawful = walk(Client.windowUpdate(0, 1))
        #expect(!isLawful)
    }

    @Test("Frames that were dropped without a word are charged for once.")
    func ignoredFrames() {
        var walker = HTTP2FrameWalker(limits: Self.limits)
        let now = MonotonicTime(nanoseconds: 0)
        func walk(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { walker.walk($0, now: now) } }
        walk(Client.preface + Self.headers + Self.many(5, Client.data(1, [1])) + Client.ping())
        for _ in 0..<2 {
            let error = walker.chargeIgnoredFrames(toldCount: 3, now: now)
            #expect(error == nil)
        }
        walk(Client.data(1, [1]))
        let error = walker.chargeIgnoredFrames(toldCount: 3, now: now)
        #expect(error == .controlFrameFlood)
    }
}
