import Testing

@testable import Postgres

@Suite
struct ServerTextTests {
    @Test
    func `a server's file says who it is and whether it takes connections, and nothing while it is half written`() {
        let whole = "4711\n/proc/self/fd/3\n1795940263\n5432\n.\n\n 16302330        48\nready   \n"
        let file = PostmasterFile(whole)
        #expect(file?.processID == 4711)
        #expect(file?.isReady == true)
        for count in 0..<whole.utf8.count {
            let part = PostmasterFile(String(whole.prefix(count)))
            #expect(part?.isReady != true || count >= whole.utf8.count - 4)
        }
        #expect(PostmasterFile(whole.replacing("ready   ", with: "starting"))?.isReady == false)
        for text in ["", "\n", "x\n", "-4711\n", "0\n", "99999999999\n"] { #expect(PostmasterFile(text) == nil) }
    }

    @Test
    func `lines come out whole however they were cut, and what is too long is cut off`() {
        let text =
            "LOG:  ready\nPANIC:  could not write: No space left on device\n\n\tHINT\n"
            + String(repeating: "x", count: 99)
        for size in 1...text.utf8.count {
            var lines = ServerLogLines(byteCountMax: 60)
            var found: [ServerLogLine] = []
            let bytes = Array((text + "\n").utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                lines.append(bytes[start..<min(start + size, bytes.count)]) { found.append($0) }
            }
            #expect(
                found.map(\.message) == [
                    "ready", "could not write: No space left on device", "\tHINT", String(repeating: "x", count: 60),
                ])
            #expect(found.map(\.severity) == [.notable, .panic, .panic, .notable])
            #expect(found.map(\.tellsOfFullDisk) == [false, true, false, false])
        }
    }

    @Test(arguments: [
        ("FATAL:  the database system is starting up", false),
        ("FATAL:  could not create lock file \"postmaster.pid\": No space left on device", true),
        ("PANIC:  could not write to file", true),
        ("LOG:  could not write file: No space left on device", true),
        ("ERROR:  could not extend file: No space left on device", false),
        ("FATAL:  terminating connection due to administrator command", false),
        ("LOG:  database system is ready to accept connections", false),
    ])
    func `a reason is what went wrong, not who could not connect meanwhile`(_ text: String, _ isReason: Bool) {
        #expect(ServerLogLine(text).isReason == isReason)
    }

    @Test
    func `what an error repeats of users is not shown, and cannot be taken for a full disk`() {
        var lines = ServerLogLines(byteCountMax: 200)
        var found: [ServerLogLine] = []
        let text = """
            ERROR:  invalid input: "canary
            \tcanary: No space left on device"
            \tcanary: No space left on device
            ERROR:  canary No space left on device
            ERROR:  could not extend file "base/5/16384": No space left on device
            LOG:  fine

            """
        lines.append(text.utf8) { found.append($0) }
        #expect(!found.contains { $0.message.contains("canary") })
        #expect(found.map(\.tellsOfFullDisk) == [false, false, false, false, true, false])
    }

    @Test
    func `the line that says why initdb failed is found among the others`() {
        let output =
            "creating files ... ok\nbootstrap script ... 2026-01-01 UTC [7] FATAL:  no\nchild process exited\n"
        #expect(ClusterInitialisation.reason(in: output)?.hasSuffix("FATAL:  no") == true)
        #expect(ClusterInitialisation.reason(in: "initdb: error: x\nmore") == "initdb: error: x")
        #expect(ClusterInitialisation.reason(in: "") == nil)
    }

    @Test
    func `a version is read from what the program says of itself`() {
        #expect(PostgresPrograms.major(inVersion: "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n") == 15)
        #expect(PostgresPrograms.major(inVersion: "postgres (PostgreSQL) 18beta1\n") == 18)
        #expect(PostgresPrograms.major(inVersion: "bash: postgres: not found") == nil)
    }

    @Test
    func `a path in a URL keeps its meaning`() {
        #expect(PercentText.encode("/a b/ü&c=d,e%") == "/a%20b/%C3%BC%26c%3Dd%2Ce%25")
    }
}
