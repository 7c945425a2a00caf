import Reactor
import Testing

@testable import HTTPClient

@Suite("Addresses that a request may reach") struct HTTPClientAddressesTests {
    @Test(
        "are those of the internet, to their last one",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0",
            "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "[2001:4860::8888]",
            "[2606:4700::1]", "[3ffe::1]", "[2003::1]", "[::ffff:8.8.8.8]",
        ])
    func isPublic(_ text: String) throws {
        let address = try #require(SocketAddress("\(text):1"))
        #expect(HTTPClientAddresses.publicOnly.allows(address.host))
    }

    @Test(
        "are none of this machine, of private networks, of metadata services, or in disguise",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
            "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
            "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
            "239.255.255.255", "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[100::1]", "[2001::1]", "[2001:db8::1]",
            "[2002:7f00:1::]", "[3fff::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "[ff02::1]",
            "[4000::1]",
        ])
    func isNotPublic(_ text: String) throws {
        let address = try #require(SocketAddress("\(text):1"))
        #expect(!HTTPClientAddresses.publicOnly.allows(address.host))
        #expect(HTTPClientAddresses.any.allows(address.host))
    }
}
