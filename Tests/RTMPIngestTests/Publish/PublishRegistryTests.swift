import Primitives
import Reactor
import Testing

@testable import RTMPIngest

@Suite("The registry of publishers") struct PublishRegistryTests {
    private static func live(_ stream: String) -> LivePublishing {
        LivePublishing(
            stream: stream, peer: .loopback(port: 1), startedAt: MonotonicTime(nanoseconds: 0), challenge: { _, _ in })
    }

    @Test("gives a stream to one at a time")
    func one() {
        let registry = PublishRegistry()
        let (first, second) = (Self.live("a"), Self.live("a"))
        #expect(registry.claim(first) == nil)
        #expect(registry.claim(second) === first)
        registry.release(second)
        #expect(registry.claim(second) === first, "releasing what one does not have changes nothing")
        registry.release(first)
        #expect(registry.claim(second) == nil)
        #expect(registry.streams.map(\.stream) == ["a"])
    }

    @Test("has nothing left of 10,000 streams of the past (§3 case 17)")
    func past() {
        let registry = PublishRegistry()
        for number in 0..<10_000 {
            let live = Self.live("stream-\(number)")
            _ = registry.claim(live)
            registry.release(live)
        }
        #expect(registry.count == 0)
    }
}

@Suite("Wrong keys") struct WrongKeysTests {
    private static func host(_ number: UInt32) -> SocketAddress.Host { .v4(number) }
    private static func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: 0) + .seconds(seconds) }

    @Test("close an address for a while, and only that one")
    func window() {
        var limits = RTMPLimits()
        limits.wrongKeyCountMax = 2
        let keys = WrongKeys(limits: limits)
        keys.note(Self.host(1), now: Self.time(0))
        #expect(!keys.isRefused(Self.host(1), now: Self.time(1)))
        keys.note(Self.host(1), now: Self.time(1))
        #expect(keys.isRefused(Self.host(1), now: Self.time(59)))
        #expect(!keys.isRefused(Self.host(2), now: Self.time(59)))
        #expect(!keys.isRefused(Self.host(1), now: Self.time(60)))
    }

    @Test("of one network of IPv6 count together")
    func networks() {
        var limits = RTMPLimits()
        limits.wrongKeyCountMax = 2
        let keys = WrongKeys(limits: limits)
        for low in 0..<2 { keys.note(.v6(high: 7, low: UInt64(low)), now: Self.time(0)) }
        #expect(keys.isRefused(.v6(high: 7, low: 99), now: Self.time(1)))
    }

    @Test("of many addresses take no more than their table")
    func bounded() {
        var limits = RTMPLimits()
        limits.wrongKeyAddressCountMax = 10
        let keys = WrongKeys(limits: limits)
        for number in 0..<100 { keys.note(Self.host(UInt32(number)), now: Self.time(0)) }
        #expect(keys.addressCount == 10)
        keys.note(Self.host(1000), now: Self.time(100))
        #expect(keys.addressCount == 1, "what is over is forgotten when room is needed")
    }
}
