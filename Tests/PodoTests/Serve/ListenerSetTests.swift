import Foundation
import Reactor
import Testing

@testable import podo

@Suite struct ListenerSetTests {
    static func configuration(http: [SocketAddress]) -> Configuration {
        var configuration = Configuration()
        configuration.httpListen = http
        configuration.adminListen = [.loopback(port: 0)]
        configuration.rtmpListen = [.loopback(port: 0)]
        return configuration
    }

    @Test("every configured address is listened on")
    func binds() throws {
        let set = try ListenerSet(
            Self.configuration(http: [.loopback(port: 0), .loopback(port: 0)]), inherited: [])
        #expect(set.http.count == 2 && set.https.isEmpty && set.admin.count == 1)
        #expect(set.rtmp.count == 1 && set.rtmps.isEmpty)
        #expect(set.all.allSatisfy { $0.address.port != 0 })
    }

    @Test("a taken address is one sentence that names setting and port")
    func taken() throws {
        let other = try Listener(.loopback(port: 0))
        let sentence = "http-listen: \(other.address) is in use by another program; stop that, or choose another port"
        #expect(throws: StartError(sentence)) {
            try ListenerSet(Self.configuration(http: [other.address]), inherited: [])
        }
    }

    @Test("Podo reaches itself at its own listener, whatever the world calls it")
    func ownOrigin() throws {
        var configuration = Self.configuration(http: [SocketAddress(host: .v4(0), port: 0)])
        configuration.publicURL = "https://podo.example"
        let set = try ListenerSet(configuration, inherited: [])
        #expect(set.publicURL(configuration) == "https://podo.example")
        #expect(set.ownOrigin(configuration) == "http://127.0.0.1:\(set.http[0].address.port)")
    }

    @Test("inherited sockets take the place of configured addresses")
    func inherited() throws {
        let given = try Listener(.loopback(port: 0))
        let set = try ListenerSet(Self.configuration(http: [given.address]), inherited: [("http", given)])
        #expect(set.http.map(\.descriptor) == [given.descriptor])
        #expect(set.admin.count == 1)
    }

    @Test("an inherited socket of an unknown name is refused")
    func strangers() throws {
        let given = try Listener(.loopback(port: 0))
        let sentence = "LISTEN_FDNAMES: a socket is called \"ftp\", not one of http, https, rtmp, rtmps, admin"
        #expect(throws: StartError(sentence)) {
            try ListenerSet(Self.configuration(http: [.loopback(port: 0)]), inherited: [("ftp", given)])
        }
    }

    @Test("an inherited socket for HTTPS or RTMPS is never served without TLS", arguments: ["https", "rtmps"])
    func securityNeeded(_ name: String) throws {
        let given = try Listener(.loopback(port: 0))
        let sentence = "LISTEN_FDNAMES: a socket is called \(name), which needs tls-cert and tls-key"
        var configuration = Self.configuration(http: [.loopback(port: 0)])
        #expect(throws: StartError(sentence)) { try ListenerSet(configuration, inherited: [(name, given)]) }
        configuration.tlsCertificateFile = "cert.pem"
        #expect(try ListenerSet(configuration, inherited: [(name, given)]).all.count == 4)
    }

    @Test("what the system says becomes what to do")
    func sentences() {
        let address = SocketAddress.loopback(port: 80)
        #expect(
            ListenerSet.sentence(for: SystemError(code: EACCES, call: "bind"), address)
                == "127.0.0.1:80 needs a privilege; use a port from 1024 up, or give Podo CAP_NET_BIND_SERVICE")
        #expect(
            ListenerSet.sentence(for: SystemError(code: EADDRNOTAVAIL, call: "bind"), address)
                == "127.0.0.1:80 is not an address of this machine")
    }
}
