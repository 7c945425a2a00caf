import Foundation
import Observability
import Reactor
import Testing

@testable import podo

@Suite struct DoctorTests {
    @Test("findings are a table with a sum below")
    func table() {
        let findings = [
            Finding(.ok, "a", "fine"), Finding(.warn, "long one", "look"), Finding(.fail, "b", "mend"),
        ]
        #expect(
            DoctorCommand.table(findings) == """
                ok    a         fine
                warn  long one  look
                fail  b         mend
                Podo cannot run as configured: 1 to mend, 1 to look at.
                """)
        #expect(DoctorCommand.table([findings[0]]).hasSuffix("\nAll is well."))
        #expect(DoctorCommand.table([findings[1]]).hasSuffix("\nPodo can run; 1 to look at."))
    }

    @Test(
        "a certificate's end is told in time",
        arguments: [(0, Finding.Verdict.fail), (-1, .fail), (13 * 86_400, .warn), (15 * 86_400, .ok)])
    func expiry(_ secondsLeft: Int, _ verdict: Finding.Verdict) {
        #expect(NetworkCheck.expiry(endsAt: 1_800_000_000 + secondsLeft, now: 1_800_000_000).verdict == verdict)
    }

    @Test("a taken port fails, unless Podo itself has it")
    func ports() throws {
        let listener = try Listener(.loopback(port: 0))
        var configuration = Configuration()
        configuration.httpListen = [listener.address]
        configuration.adminListen = [.loopback(port: 0)]
        configuration.rtmpListen = []
        let strange = NetworkCheck.ports(configuration, runningPID: nil)
        #expect(strange.map(\.verdict) == [.fail, .ok])
        #expect(strange[0].detail.contains("\(listener.address) is in use"))
        #expect(strange[1].detail == "127.0.0.1:0 takes any free port")
        #expect(NetworkCheck.ports(configuration, runningPID: 42).map(\.verdict) == [.ok, .ok])
    }

    @Test("without stream keys it is said that nobody can publish")
    func streamKeys() {
        var configuration = Configuration()
        #expect(NetworkCheck.streamKeys(configuration).first?.detail.contains("every publisher is refused") == true)
        configuration.streamKeys = [StreamKey(name: "main", key: Secret("0123456789abcdef"))]
        #expect(NetworkCheck.streamKeys(configuration) == [Finding(.ok, "stream keys", "for main")])
        configuration.rtmpListen = []
        #expect(NetworkCheck.streamKeys(configuration) == [])
    }

    @Test("a data directory is looked at without being made")
    func dataDirectory() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/var"
        #expect(
            DataDirectoryCheck(path).findings().first
                == Finding(.ok, "data directory", "\(path) will be made by the first start"))
        #expect(!FileManager.default.fileExists(atPath: path))
        let directory = try DataDirectory(path)
        #expect(
            DataDirectoryCheck(path).findings().first
                == Finding(.ok, "data directory", "\(path), in use by the Podo with pid \(getpid())"))
        chmod(directory.path, 0o755)
        #expect(DataDirectoryCheck(path).findings().first?.verdict == .warn)
        try Data().write(to: URL(filePath: temporary.path + "/file"))
        #expect(DataDirectoryCheck(temporary.path + "/file").findings().first?.verdict == .fail)
    }

    @Test("a certificate that cannot be read is a failure that names the setting")
    func unreadableCertificate() {
        var configuration = Configuration()
        configuration.tlsCertificateFile = "/nowhere/cert.pem"
        configuration.tlsKeyFile = "/nowhere/key.pem"
        let detail = "tls-cert: /nowhere/cert.pem cannot be read: No such file or directory"
        #expect(NetworkCheck.security(configuration) == [Finding(.fail, "certificate", detail)])
    }

    @Test("pages that are not there are a failure")
    func pages() {
        var configuration = Configuration()
        configuration.webDirectory = "/nowhere"
        let detail =
            "web-dir: /nowhere cannot be read: No such file or directory; set it to a directory with an index.html"
        #expect(PagesCheck.finding(configuration) == Finding(.fail, "pages", detail))
    }

    @Test("this machine has the libraries Podo was built with")
    func libraries() {
        #expect(MachineCheck.libraries().allSatisfy { $0.verdict == .ok && !$0.detail.isEmpty })
    }
}
