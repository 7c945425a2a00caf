import Foundation
import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("TLS: replacing the certificate")
struct TLSReloadTests {
    /// Keeps one connection for commands, and asks for the name in the certificate over a new one after each.
    private static let client = """
        import socket, ssl, sys
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        def connect():
            return context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10))
        running = connect()
        for command in sys.argv[2:]:
            running.sendall(command.encode())
            answer = running.recv(1000).decode()
            certificate = connect().getpeercert(binary_form=True)
            name = [name for name in ("first", "second") if name.encode() in certificate][0]
            print(answer + ":", name)
        """

    @Test("New connections get the new certificate; running ones go on; a bad file changes nothing")
    func reload() throws {
        let certificate = try TestCertificate(commonName: "first")
        let log = TestLog<TestHandler.Event>()
        let context = try TLSContext(certificate)
        let server = try TestServer(security: context) { connection in
            let handler = TestHandler(connection, log: log)
            handler.onReceived = { connection, bytes in
                do {
                    switch String(decoding: bytes, as: UTF8.self) {
                    case "renew": try certificate.renew(commonName: "second")
                    case "break": try Data("nonsense".utf8).write(to: URL(fileURLWithPath: certificate.certificateFile))
                    default: try context.reload()
                    }
                    connection.output.append(Array("done".utf8))
                } catch {
                    let isExplained = "\(error)".contains("certificate.pem") && "\(error)".contains("no start line")
                    connection.output.append(Array((isExplained ? "refused" : "unexplained").utf8))
                }
            }
            return handler
        }
        defer { server.stop() }
        let commands = ["renew", "reload", "break", "reload"]
        let result = try TestCommand.python(Self.client, ["\(server.port)"] + commands)
        #expect(result.output.trimmed == "done: first\ndone: second\ndone: second\nrefused: second")
    }

    @Test("A key that belongs to another certificate is refused in OpenSSL's words")
    func mismatch() throws {
        let (one, other) = (try TestCertificate(), try TestCertificate())
        let error = try #require(throws: TLSError.self) {
            try TLSContext(
                certificateFile: one.certificateFile, keyFile: other.keyFile, applicationProtocols: [])
        }
        #expect(error.detail.contains("key values mismatch"))
        let missing = try #require(throws: TLSError.self) {
            try TLSContext(
                certificateFile: "/nowhere/certificate", keyFile: other.keyFile, applicationProtocols: [])
        }
        #expect(missing.detail.contains("No such file"))
    }
}
