package import Foundation

/// A self-signed certificate and its key in a temporary directory of their own, which goes with this object.
package final class TestCertificate: Sendable {
    package let directory: URL
    package var certificateFile: String { self.directory.appendingPathComponent("certificate.pem").path }
    package var keyFile: String { self.directory.appendingPathComponent("key.pem").path }

    package init(commonName: String = "localhost") throws {
        self.directory = FileManager.default.temporaryDirectory.appendingPathComponent("podo-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
        try self.renew(commonName: commonName)
    }

    deinit { try? FileManager.default.removeItem(at: self.directory) }  // The system clears temporary files as well.

    /// Overwrites both files with a new certificate.
    package func renew(commonName: String) throws {
        let result = try TestCommand.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=\(commonName)", "-addext", "subjectAltName=DNS:\(commonName),IP:127.0.0.1",
                "-keyout", self.keyFile, "-out", self.certificateFile,
            ])
        guard result.status == 0 else { throw Failure(output: result.output) }
    }

    package struct Failure: Error {
        package let output: String
    }
}
