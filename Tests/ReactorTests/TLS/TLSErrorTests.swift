import Foundation
import TestSupport
import Testing

@testable import Reactor

@Suite("TLS errors")
struct TLSErrorTests {
    @Test("A certificate or key that cannot be used is told in plain words, with OpenSSL's code behind")
    func sentences() throws {
        let (one, other) = (try TestCertificate(), try TestCertificate())
        let text = one.directory.appending(path: "text").path
        try Data("hello".utf8).write(to: URL(filePath: text))
        let locked = one.directory.appending(path: "locked.pem").path
        let result = try TestCommand.run(
            "/usr/bin/openssl",
            ["pkcs8", "-topk8", "-in", one.keyFile, "-passout", "pass:secret", "-out", locked])
        try #require(result.status == 0)
        let (certificate, key) = (one.certificateFile, one.keyFile)
        let rows = [
            (text, key, "\(text) holds no certificate in PEM form (error:0480006C:"),
            ("/nowhere", key, "/nowhere cannot be read: No such file or directory (error:80000002:"),
            (certificate, other.keyFile, "\(other.keyFile) is not the key of \(certificate) (error:05800074:"),
            (certificate, text, "\(text) holds no private key in PEM form (error:1E08010C:"),
            (certificate, locked, "\(locked) is locked with a passphrase (error:"),
            (certificate, "/nowhere", "/nowhere cannot be read: No such file or directory (error:80000002:"),
        ]
        for (certificate, key, start) in rows {
            let error = try #require(throws: TLSError.self) {
                try TLSContext(certificateFile: certificate, keyFile: key, applicationProtocols: [])
            }
            #expect(error.description.hasPrefix(start))
        }
    }
}
