import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("TLS: agreeing on a secure connection")
struct TLSHandshakeTests {
    /// Connects with Python's ssl: version, ALPN list and the outcome on standard output.
    static let client = """
        import socket, ssl, sys, warnings; warnings.simplefilter("ignore")
        port, version, protocols = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if version == "TLSv1_1": context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
        if protocols: context.set_alpn_protocols(protocols.split(","))
        raw = socket.create_connection(("127.0.0.1", port), 10)
        try:
            with context.wrap_socket(raw, server_hostname="localhost") as secure:
                secure.sendall(b"ping")
                print(secure.version(), secure.selected_alpn_protocol(), secure.recv(4).decode(), secure.cipher()[0])
        except ssl.SSLError as error:
            print("refused", error.reason or str(error).split(" (_")[0])
        """

    struct Case: CustomTestStringConvertible {
        let version: String
        let offered: String
        let output: String
        let event: TestHandler.Event
        var testDescription: String { "\(self.version) with [\(self.offered)]" }
    }

    @Test(
        "Versions, ciphers and protocols are agreed on or refused",
        arguments: [
            Case(
                version: "TLSv1_3", offered: "http/1.1,h2", output: "TLSv1.3 h2 ping TLS_AES_128_GCM_SHA256",
                event: .opened("h2")),
            Case(
                version: "TLSv1_2", offered: "http/1.1", output: "TLSv1.2 http/1.1 ping ECDHE-ECDSA-AES128-GCM-SHA256",
                event: .opened("http/1.1")),
            Case(
                version: "TLSv1_3", offered: "", output: "TLSv1.3 None ping TLS_AES_128_GCM_SHA256",
                event: .opened("http/1.1")),
            Case(
                version: "TLSv1_3", offered: "smtp", output: "refused [SSL] tlsv1 alert no application protocol",
                event: .closed(.secureTransport(.noSharedProtocol))),
            Case(
                version: "TLSv1_1", offered: "", output: "refused TLSV1_ALERT_PROTOCOL_VERSION",
                event: .closed(.secureTransport(.noSharedProtocol))),
        ])
    func agreement(_ example: Case) throws {
        let certificate = try TestCertificate()
        let log = TestLog<TestHandler.Event>()
        let server = try TestServer(security: try TLSContext(certificate)) { .echo($0, log: log) }
        defer { server.stop() }
        let result = try TestCommand.python(Self.client, ["\(server.port)", example.version, example.offered])
        #expect(result.output.trimmed == example.output)
        log.wait { !$0.isEmpty }
        #expect(log.entries.first == example.event)
    }
}

extension TLSContext {
    convenience init(_ certificate: TestCertificate, ticketKeys: TLSTicketKeys = TLSTicketKeys()) throws {
        try self.init(
            certificateFile: certificate.certificateFile, keyFile: certificate.keyFile,
            applicationProtocols: ["h2", "http/1.1"], ticketKeys: ticketKeys)
    }
}

extension String {
    var trimmed: String { String(self.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
