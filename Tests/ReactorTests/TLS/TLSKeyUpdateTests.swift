import TestSupport
import Testing

@testable import Reactor

@Suite("TLS: new keys in the middle")
struct TLSKeyUpdateTests {
    /// s_client asks for new keys when a line is K; it sends what follows under them and reads on.
    @Test("A peer that changes its keys and asks for ours to change goes on being served")
    func keyUpdate() throws {
        let certificate = try TestCertificate()
        let log = TestLog<TestHandler.Event>()
        let server = try TestServer(security: try TLSContext(certificate)) { .echo($0, log: log) }
        defer { server.stop() }
        let typed = "(echo before; sleep 1; echo K; sleep 1; echo after; sleep 1)"
        let result = try TestCommand.run(
            "/bin/sh",
            ["-c", typed + " | openssl s_client -tls1_3 -msg -connect 127.0.0.1:\(server.port) 2>&1"])
        let lines = result.output.split(separator: "\n")
        let words = lines.filter { ["before", "KEYUPDATE", "after"].contains($0) || $0.hasSuffix("KeyUpdate") }
        // The kernel's keys stay: OpenSSL's answer would announce keys that the kernel does not have.
        let answer = KernelTLS.isOffered ? [] : ["<<< TLS 1.3, Handshake [length 0005], KeyUpdate"]
        let request = ">>> TLS 1.3, Handshake [length 0005], KeyUpdate"
        #expect(words.map(String.init) == ["before", "KEYUPDATE", request] + answer + ["after"])
    }
}
