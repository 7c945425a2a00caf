import Foundation
import Primitives
import TestSupport
import Testing

@testable import Postgres

@Suite("TLS to the server", .serialized) struct PostgresTLSTests {
    private static let isEncrypted = PostgresStatement(
        "is_encrypted", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", effect: .reads)
    private static let large = PostgresStatement(
        "large", "SELECT repeat('x', $1::int)", effect: .reads)

    /// A server of its own that speaks TLS on an address of the loopback network that is its own, too.
    private static func cluster(_ certificate: TestCertificate) throws -> (cluster: TestCluster, host: String) {
        let host = "127.\(Int.random(in: 1...254)).\(Int.random(in: 1...254)).\(Int.random(in: 2...254))"
        let cluster = TestCluster(settings: ["listen_addresses=\(host)"])
        for (file, name) in [(certificate.certificateFile, "server.crt"), (certificate.keyFile, "server.key")] {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            // Written by the server, so that it owns them.
            try cluster.query(
                """
                COPY (SELECT unnest(string_to_array(trim($pem$\(text)$pem$, E'\\n'), E'\\n')))
                TO PROGRAM 'umask 077; cat > \(name)'
                """)
        }
        try cluster.query("ALTER SYSTEM SET ssl = on")
        try cluster.query("SELECT pg_reload_conf()")
        return (cluster, host)
    }

    @Test("is used or refused as sslmode says, and carries answers of any size")
    func modes() async throws {
        let certificate = try TestCertificate(commonName: "database.test")
        let other = try TestCertificate(commonName: "database.test")
        let (cluster, host) = try Self.cluster(certificate)
        defer { withExtendedLifetime(cluster) {} }
        func url(_ mode: String, _ root: TestCertificate) -> String {
            "postgresql://podo@database.test/postgres?hostaddr=\(host)&sslmode=\(mode)&sslrootcert=\(root.certificateFile)"
        }
        let plain = try LiveDatabase(url: url("disable", certificate))
        #expect(try await plain.database.run(Self.isEncrypted).single(Bool.self) == false)
        let verified = try LiveDatabase(url: url("verify-full", certificate))
        #expect(try await verified.database.run(Self.isEncrypted).single(Bool.self) == true)
        for size in [1, 8_191, 16_384, 16_385, 100_000, 3_000_000] {
            #expect(try await verified.database.run(Self.large, size).single(String.self).utf8.count == size)
        }
        let stranger = try LiveDatabase(url: url("verify-full", other))
        let failure = await #expect(throws: PostgresError.self) {
            try await stranger.database.run(Self.isEncrypted)
        }
        #expect(failure?.code == .unavailable)
        let misnamed = try LiveDatabase(
            url: url("verify-full", certificate).replacingOccurrences(of: "database.test", with: "elsewhere.test"))
        await #expect(throws: PostgresError.self) { try await misnamed.database.run(Self.isEncrypted) }
    }
}
