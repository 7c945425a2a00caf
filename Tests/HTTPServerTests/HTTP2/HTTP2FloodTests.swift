import Primitives
import Reactor
import Testing

@testable import HTTPServer

/// What one client may do to make the server work or hold memory, and how it ends.
@Suite struct HTTP2FloodTests {
    typealias Client = HTTP2Client

    /// Sends until the connection ends, at most `countMax` times; how often it went well.
    private static func flood(_ harness: HTTP2Harness, countMax: Int = 5000, _ bytes: (Int) -> [UInt8]) -> Int {
        for count in 0..<countMax {
            harness.send(bytes(count))
            if harness.failure != nil { return count }
        }
        return countMax
    }

    @Test(
        "Frames that only make work are allowed up to a number.",
        arguments: [
            ("ping", Client.ping()), ("ping answer", Client.ping(acknowledges: true)), ("settings", Client.settings()),
            ("priority", Client.frame(2, stream: 1, [0, 0, 0, 0, 16])), ("window", Client.windowUpdate(0, 1)),
            ("empty data", Client.data(1, [])), ("padded empty data", Client.frame(0, flags: 8, stream: 1, [2, 0, 0])),
            ("unknown", Client.frame(0x7f, [1])), ("priority update", Client.frame(16, [0, 0, 0, 1])),
        ])
    func controlFrames(name: String, frame: [UInt8]) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(Client.headers(1, Client.fields("POST"), ends: false))
            let count = Self.flood(harness) { _ in frame }
            // Two frames of the greeting count too.
            #expect(count == harness.limits.controlFrameCountMax - 2, "\(name)")
            #expect(harness.failure == "h2-control-frame-flood")
            #expect(harness.client.goAways.map(\.code) == [11])
        }
    }

    @Test("The same frames slowly are nobody's business.")
    func controlFramesSlowly() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in nil }
            harness.send(Client.get(1))
            let count = Self.flood(harness) { _ in
                harness.now = harness.now + .milliseconds(11)
                return Client.ping()
            }
            #expect(count == 5000 && harness.failure == nil)
        }
    }

    @Test("A download through a small window may need many window updates.")
    func windowUpdatesAreEarned() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            let body = SharedSlice(SharedBytes(Array(repeating: 1, count: 8 * 1024 * 1024)))
            harness.answer = { _ in HTTPResponse(.ok, body: .shared(body)) }
            harness.send(Client.get(1))
            for _ in 0..<2200 { harness.send(Client.windowUpdate(0, 4096) + Client.windowUpdate(1, 4096)) }
            #expect(harness.client.answer(1).isComplete && harness.failure == nil)
        }
    }

    @Test("Data dribble: a window opened byte by byte does not pay for itself.")
    func dataDribble() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, settings: [(4, 0)])
            harness.answer = { _ in HTTPResponse(.ok, body: .bytes(Array(repeating: 0, count: 500_000))) }
            harness.send(Client.get(1))
            let count = Self.flood(harness) { _ in Client.windowUpdate(1, 1) }
            #expect(harness.failure == "h2-control-frame-flood")
            #expect(count >= harness.limits.controlFrameCountMax - 2 && count <= harness.limits.controlFrameCountMax)
            #expect(harness.client.answer(1).body.count == count)
        }
    }

    @Test(
        "What is sent on a closed stream is work too.",
        arguments: [
            Client.data(1, [1]), Client.data(1, [], ends: true), Client.data(1, [1], ends: true), Client.get(1),
        ])
    func framesOfClosedStreams(frame: [UInt8]) async throws {
        try await HTTP2Harness.run { loop in
            for cut in [[frame], frame.map { [$0] }] {
                let harness = HTTP2Harness(loop: loop)
                harness.send(Client.get(1))
                #expect(harness.client.answer(1).isComplete)
                var count = 0
                while harness.failure == nil, count < 5000 {
                    for piece in cut { harness.send(piece) }
                    count += 1
                }
                // Two frames of the greeting count too, and a frame that is empty besides counts twice.
                #expect([500, 999].contains(count))
                #expect(harness.failure == "h2-control-frame-flood" && harness.client.goAways.map(\.code) == [11])
            }
        }
    }

    @Test("A client that ends every request with an empty frame is not charged for it.")
    func emptyEnds() async throws {
        try await HTTP2Harness.run { loop in
            var limits = HTTPLimits()
            limits.controlFrameCountMax = 4
            let harness = HTTP2Harness(loop: loop, limits: limits)
            for stream in stride(from: Int32(1), to: 200, by: 2) {
                harness.send(Client.headers(stream, Client.fields("POST"), ends: false) + Client.data(stream, [1]))
                harness.send(Client.data(stream, [], ends: true))
                #expect(harness.client.answer(stream).status == "200")
            }
            #expect(harness.failure == nil)
        }
    }

    @Test("Rapid reset: the client may take back a number of requests.")
    func rapidReset() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in nil }
            let count = Self.flood(harness) { count in
                let stream = Int32(2 * count + 1)
                // The handler comes back at once, so that slots are not what ends this.
                harness.session.respond(to: stream - 2, with: HTTPResponse(.ok))
                return Client.get(stream) + Client.reset(stream)
            }
            #expect(count == harness.limits.resetCountMax)
            #expect(harness.failure == "h2-reset-flood" && harness.client.goAways.last?.code == 11)
            #expect(harness.events.filter { $0.hasPrefix("request") }.count == harness.limits.resetCountMax + 1)
            harness.session.connectionClosed()
            #expect(harness.events.filter { $0.hasPrefix("cancelled") }.count == harness.limits.resetCountMax + 1)
        }
    }

    @Test("Rapid reset in one piece starts no more handlers than slowly.")
    func rapidResetAtOnce() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in nil }
            var bytes: [UInt8] = []
            for stream in stride(from: Int32(1), to: 2000, by: 2) { bytes += Client.get(stream) + Client.reset(stream) }
            harness.send(bytes)
            #expect(harness.failure == "h2-reset-flood")
            #expect(harness.events.filter { $0.hasPrefix("request") }.count <= harness.limits.resetCountMax + 1)
        }
    }

    /// What makes the server reset a stream that it has a request of.
    enum Provocation: CaseIterable {
        case emptyWindowUpdate, windowOverflow, dataAfterTheEnd

        func bytes(_ stream: Int32) -> [UInt8] {
            switch self {
            case .emptyWindowUpdate: Client.windowUpdate(stream, 0)
            case .windowOverflow: Client.windowUpdate(stream, 0x7fff_ffff)
            case .dataAfterTheEnd: Client.data(stream, [1])
            }
        }
    }

    @Test("Made-you-reset: resets that the client provokes count like its own.", arguments: Provocation.allCases)
    func madeYouReset(provocation: Provocation) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.answer = { _ in nil }
            let count = Self.flood(harness) { count in
                let stream = Int32(2 * count + 1)
                harness.session.respond(to: stream - 2, with: HTTPResponse(.ok))
                return Client.get(stream) + provocation.bytes(stream)
            }
            #expect(count <= harness.limits.resetCountMax)
            let failure = try #require(harness.failure)
            #expect(failure == "h2-reset-flood" || count == 0, "\(provocation): \(failure) after \(count)")
            #expect(harness.events.filter { $0.hasPrefix("request") }.count <= harness.limits.resetCountMax + 1)
        }
    }

    @Test("A malformed request is reset, and too many of them end the connection.")
    func malformedRequests() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            let count = Self.flood(harness) { count in
                Client.headers(Int32(2 * count + 1), Client.fields("GET", "/", [("connection", "close")]))
            }
            #expect(harness.client.answer(1).resetCode == 1)
            #expect(count == harness.limits.resetCountMax && harness.failure == "h2-reset-flood")
            #expect(!harness.events.contains { $0.hasPrefix("head") })
        }
    }

    @Test("A cancelled request keeps its slot until its handler has come back.")
    func cancelledKeepsItsSlot() async throws {
        try await HTTP2Harness.run { loop in
            var limits = HTTPLimits()
            limits.streamCountMax = 4
            let harness = HTTP2Harness(loop: loop, limits: limits)
            harness.answer = { _ in nil }
            for stream in stride(from: Int32(1), to: 8, by: 2) {
                harness.send(Client.get(stream) + Client.reset(stream))
            }
            harness.send(Client.get(9))
            #expect(harness.client.answer(9).resetCode == 7)
            harness.respond(3, HTTPResponse(.ok))
            #expect(harness.client.answer(3).status == nil)
            harness.send(Client.get(11) + Client.get(13))
            #expect(harness.client.answer(11).resetCode == nil && harness.client.answer(13).resetCode == 7)
            #expect(harness.requests.keys.sorted() == [1, 3, 5, 7, 11])
        }
    }

    @Test(
        "Streams beyond the maximum are refused while the client has not agreed to it, and fatal after.",
        arguments: [false, true])
    func tooManyStreams(agreed: Bool) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, greets: false)
            harness.answer = { _ in nil }
            harness.send(Client.preface + Client.settings() + (agreed ? Client.settingsAcknowledgement : []))
            for index in 0..<128 { harness.send(Client.get(Int32(2 * index + 1))) }
            #expect(harness.requests.count == 128 && harness.failure == nil)
            harness.send(Client.get(257))
            #expect(harness.requests.count == 128)
            #expect(harness.failure == (agreed ? "h2-protocol-error" : nil))
            if !agreed { #expect(harness.client.answer(257).resetCode == 7) }
        }
    }

    @Test("A header block may not come in ever more pieces.", arguments: [0, 100])
    func continuationFlood(byteCount: Int) async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.send(Client.frame(1, flags: 1, stream: 1, Client.block(Client.fields())))
            let piece = byteCount == 0 ? [] : Client.block([("x", String(repeating: "a", count: byteCount - 4))])
            let count = Self.flood(harness) { _ in Client.frame(9, stream: 1, piece) }
            #expect(count == harness.limits.continuationFrameCountMax)
            #expect(harness.failure == "h2-continuation-flood" && harness.client.goAways.last?.code == 11)
        }
    }

    @Test("A header block may not be larger than its limit, however few its frames.")
    func headerBlockTooLarge() async throws {
        try await HTTP2Harness.run { loop in
            var limits = HTTPLimits()
            limits.headByteCountMax = 20_000
            let harness = HTTP2Harness(loop: loop, limits: limits)
            // Table size updates are lawful, unpack to nothing, and could go on forever.
            harness.send(Client.frame(1, flags: 1, stream: 1, Client.block(Client.fields())))
            harness.send(Client.frame(9, stream: 1, Client.block([("x", String(repeating: "a", count: 15_000))])))
            #expect(harness.failure == nil)
            harness.send(Client.frame(9, stream: 1, Client.block([("x", String(repeating: "a", count: 6000))])))
            #expect(harness.failure == "h2-header-block-too-large")
        }
    }

    @Test("A header block that unpacks to far too much ends the connection before its end.")
    func headerBomb() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            // One field of 4000 bytes goes into the table; a byte then stands for all of it.
            let value = [0x7f, 0xa1 - 0x80 | 0x80, 0x1e] as [UInt8]
            let seed: [UInt8] = [0x40, 1, UInt8(ascii: "x")] + value + Array(repeating: UInt8(ascii: "a"), count: 4000)
            let block = Client.block(Client.fields()) + seed + Array(repeating: 0xbe, count: 8000)
            harness.send(Client.frame(1, flags: 1, stream: 1, block))
            #expect(harness.failure == "h2-header-list-too-large" && harness.client.goAways.last?.code == 11)
            #expect(harness.events.isEmpty)
        }
    }

    @Test("Acknowledgements that the client does not take are bounded.")
    func acknowledgementFlood() async throws {
        try await HTTP2Harness.run { loop in
            var limits = HTTPLimits()
            limits.queuedOutputByteCountMax = 1000
            let harness = HTTP2Harness(loop: loop, limits: limits)
            var sentCount = 0
            while harness.failure == nil, sentCount < 5000 {
                harness.now = harness.now + .milliseconds(11)
                harness.send(Client.ping(), reads: false)
                sentCount += 1
                if sentCount == 700 { #expect(!harness.session.wantsInput) }
            }
            #expect(harness.failure == "h2-acknowledgement-flood")
            #expect(harness.output.byteCount < 40_000)
        }
    }

    @Test("A header block has a time to be complete in, from its first byte on.")
    func slowHead() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.advance(.seconds(30))
            let head = Client.get(1)
            harness.send(Array(head[..<12]))
            harness.advance(.seconds(9))
            harness.send(Array(head[12..<14]))
            #expect(harness.failure == nil)
            harness.advance(.seconds(1))
            #expect(harness.failure == "head-too-slow")
        }
    }

    @Test("The preface has a time to come in.")
    func slowPreface() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop, greets: false)
            harness.send(Array(Client.preface[..<10]))
            harness.advance(.seconds(10))
            #expect(harness.failure == "head-too-slow")
        }
    }

    @Test("An idle connection is told to go, and control frames do not make it busy.")
    func idle() async throws {
        try await HTTP2Harness.run { loop in
            let harness = HTTP2Harness(loop: loop)
            harness.advance(.seconds(30))
            harness.send(Client.get(1))
            for _ in 0..<59 {
                harness.advance(.seconds(1))
                harness.send(Client.ping())
            }
            #expect(!harness.session.isFinished)
            harness.advance(.seconds(1))
            #expect(harness.session.isFinished && harness.failure == nil)
            #expect(harness.client.goAways.map(\.code) == [0] && harness.client.goAways[0].lastStream == 1)
        }
    }

    static let greeting: [UInt8] = Client.preface + Client.settings()
    static let garbageCases: [(bytes: [UInt8], reason: String)] = [
        (Array("GET / HTTP/1.1\r\nhost: a\r\n\r\n".utf8), "h2-preface-invalid"),
        (Array(repeating: UInt8(0xff), count: 100), "h2-preface-invalid"),
        (Client.preface + Client.get(1), "h2-protocol-error"),
        (Client.preface + Client.frame(4, [1, 2, 3]), "h2-frame-size-error"),
        (greeting + Client.frame(0, stream: 0, [1]), "h2-protocol-error"),
        (greeting + Client.data(1, [1]), "h2-protocol-error"),
        (greeting + Client.frame(1, flags: 5, stream: 1, [0x80]), "h2-compression-error"),
        (greeting + Client.windowUpdate(0, 0x7fff_ffff), "h2-flow-control-error"),
        (greeting + Client.frame(1, flags: 5, stream: 2, [0x82]), "h2-protocol-error"),
        (greeting + Client.data(1, [UInt8](repeating: 0, count: 20_000)), "h2-frame-size-error"),
        (greeting + Client.frame(9, flags: 4, stream: 1, [0x82]), "h2-protocol-error"),
        (greeting + Client.frame(5, flags: 4, stream: 1, [0, 0, 0, 2]), "h2-protocol-error"),
        (greeting + Client.settings(Array(repeating: (5, 16_384), count: 40)), "h2-settings-error"),
    ]

    @Test("Bytes that are not HTTP/2 end the connection with a reason.", arguments: garbageCases)
    func garbage(bytes: [UInt8], reason: String) async throws {
        try await HTTP2Harness.run { loop in
            for cut in [[bytes], bytes.map { [$0] }] {
                let harness = HTTP2Harness(loop: loop, greets: false)
                for piece in cut { harness.send(piece) }
                #expect(harness.failure == reason)
                #expect(harness.events.isEmpty)
            }
        }
    }
}
