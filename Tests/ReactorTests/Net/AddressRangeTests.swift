import Testing

@testable import Reactor

struct AddressRangeTests {
    private func contains(_ range: String, _ host: String) throws -> Bool {
        try #require(AddressRange(range)).contains(try #require(SocketAddress.Host(host)))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"), ("192.0.2.128/25", "192.0.2.255", "192.0.2.127"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.6"), ("192.0.2.7/32", "192.0.2.7", "192.0.2.8"),
        ("0.0.0.0/0", "255.1.2.3", "::1"), ("::/0", "2001:db8::1", "1.2.3.4"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"), ("2001:db8::/64", "2001:db8::ffff:1", "2001:db8:0:1::"),
        ("2001:db8::8/125", "2001:db8::f", "2001:db8::10"), ("::1", "::1", "::2"),
        ("fe80::/65", "fe80::1", "fe80:0:0:0:8000::"),
    ])
    func `a range holds what begins with its bits`(_ range: String, _ inside: String, _ outside: String) throws {
        #expect(try self.contains(range, inside))
        #expect(try !self.contains(range, outside))
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "10/8", "host", "10.0.0.0/+8",
    ])
    func `what is no range is none`(_ text: String) { #expect(AddressRange(text) == nil) }

    @Test
    func `a range is written as it is meant`() {
        let texts = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"]
        #expect(texts.map { AddressRange($0)?.description } == texts)
        #expect(AddressRange("10.1.2.3/8")?.description == "10.0.0.0/8")
        #expect(AddressRange("192.0.2.7/32")?.description == "192.0.2.7")
    }

    @Test
    func `clients of IPv4 at a socket for both families are told apart`() {
        #expect(SocketAddress.Host("::ffff:192.0.2.7") == .v4(0xc000_0207))
        #expect(SocketAddress("[::ffff:192.0.2.7]:80")?.host == .v4(0xc000_0207))
        #expect(SocketAddress("192.0.2.7:80")?.host == .v4(0xc000_0207))
        #expect(SocketAddress("[192.0.2.7]:80") == nil)
        #expect(SocketAddress("::1:80") == nil)
    }
}
