import Primitives
import Reactor
import Testing

@testable import podo

@Suite struct ConfigurationLoaderTests {
    static func load(
        file: String? = nil, environment: [String: String] = [:], flags: [SettingText] = []
    ) throws -> LoadedConfiguration {
        try ConfigurationLoader.load(
            file: file.map { ("podo.conf", $0) }, environment: environment, flags: flags)
    }

    static func problems(
        file: String? = nil, environment: [String: String] = [:], flags: [SettingText] = []
    ) -> [String] {
        do {
            _ = try self.load(file: file, environment: environment, flags: flags)
            return []
        } catch {
            return (error as? ConfigurationErrors)?.problems ?? ["\(error)"]
        }
    }

    @Test("without anything, every setting has its default")
    func defaults() throws {
        let loaded = try Self.load()
        #expect(loaded.configuration.httpListen == [.loopback(port: 8080)])
        #expect(loaded.configuration.adminListen == [.loopback(port: 9090)])
        #expect(loaded.configuration.dataDirectory == "var")
        #expect(loaded.configuration.httpsListen.isEmpty)
        #expect(loaded.configuration.loopCount >= 1)
        for setting in Setting.all { #expect(loaded.origin(of: setting) == .standard) }
    }

    @Test("nobody pays for the show of a demo, unless there is a company or it is said otherwise")
    func demo() throws {
        func simulates(_ environment: [String: String]) throws -> Bool {
            try Self.load(environment: environment).configuration.paymentSimulator
        }
        #expect(try !simulates([:]))
        #expect(try simulates(["PODO_DEMO": "true"]))
        #expect(try !simulates(["PODO_DEMO": "true", "PODO_PAYMENT_SIMULATOR": "false"]))
        let company = ["PODO_TOSS_SECRET_KEY": "test_sk_0123456789", "PODO_PUBLIC_URL": "https://podo.example"]
        #expect(try !simulates(company.merging(["PODO_DEMO": "true"]) { $1 }))
        let loaded = try Self.load(flags: [SettingText(name: "demo", text: "true")])
        let simulator = try #require(Setting.all.first { $0.name == "payment-simulator" })
        #expect(loaded.origin(of: simulator) == .flag(name: "--demo"))
    }

    struct Precedence: Sendable {
        let file: Bool
        let environment: Bool
        let flag: Bool
        let loopCount: Int
        let origin: SettingOrigin
    }

    @Test(
        "a flag wins over the environment, which wins over the file",
        arguments: [
            Precedence(
                file: true, environment: false, flag: false, loopCount: 3, origin: .file(path: "podo.conf", line: 2)),
            Precedence(
                file: true, environment: true, flag: false, loopCount: 4, origin: .environment(name: "PODO_LOOPS")),
            Precedence(
                file: false, environment: true, flag: false, loopCount: 4, origin: .environment(name: "PODO_LOOPS")),
            Precedence(file: true, environment: true, flag: true, loopCount: 5, origin: .flag(name: "--loops")),
            Precedence(file: true, environment: false, flag: true, loopCount: 5, origin: .flag(name: "--loops")),
        ])
    func precedence(_ row: Precedence) throws {
        let loaded = try Self.load(
            file: row.file ? "# first\nloops = 3\n" : nil, environment: row.environment ? ["PODO_LOOPS": "4"] : [:],
            flags: row.flag ? [SettingText(name: "loops", text: "5")] : [])
        #expect(loaded.configuration.loopCount == row.loopCount)
        #expect(loaded.origins == ["loops": row.origin])
    }

    @Test("variables of other programs are none of our business")
    func otherVariables() throws {
        #expect(try Self.load(environment: ["PATH": "/bin", "PODOLOGY": "feet"]).origins.isEmpty)
    }

    @Test("all errors are reported at once, each with its place")
    func allErrors() {
        let problems = Self.problems(
            file: "loops = none\nlops = 2\nnonsense\ndata-dir = a\ndata-dir = b\nweb-dir = \"x\n",
            environment: ["PODO_DRAIN_TIME": "30", "PODO_HTTP_LISTN": "x", "HOME": "/"],
            flags: [SettingText(name: "http-listen", text: "localhost:80")])
        #expect(
            problems == [
                "podo.conf:3: is not of the form \"name = value\"",
                "podo.conf:6: the closing quote is missing",
                "podo.conf:1: loops: \"none\" is not a whole number",
                "podo.conf:2: lops is not a setting; did you mean loops?",
                "podo.conf:5: data-dir was set on line 4 already",
                "environment PODO_DRAIN_TIME: \"30\" is not a time like 500ms, 30s, 5m or 1h",
                "environment: PODO_HTTP_LISTN is not a setting; did you mean PODO_HTTP_LISTEN?",
                "flag --http-listen: \"localhost:80\" is not an address with a port, "
                    + "like 127.0.0.1:8080, [::1]:8080 or *:8080",
            ])
    }

    @Test("a file that is not one of Podo's fills no screen", arguments: [(10, 10, "x"), (12, 11, "and 2 more")])
    func foreignFile(_ lineCount: Int, _ reportedCount: Int, _ end: String) {
        let errors = ConfigurationErrors(problems: Array(repeating: "x", count: lineCount))
        #expect(errors.report.count == reportedCount)
        #expect(errors.report.last == end)
    }

    @Test(
        "settings that contradict each other are refused",
        arguments: [
            ("tls-cert = a", "podo.conf:1: tls-cert: tls-key is not set, and both files are needed"),
            ("tls-key = a", "podo.conf:1: tls-key: tls-cert is not set, and both files are needed"),
            (
                "https-listen = 127.0.0.1:8443",
                "podo.conf:1: https-listen: needs tls-cert and tls-key, and neither is set"
            ),
            (
                "http-listen =",
                "podo.conf:1: http-listen: is empty, and so is https-listen: there is nothing to serve on"
            ),
            (
                "hls-part-ms = 600\nhls-segment-ms = 500",
                "podo.conf:1: hls-part-ms: is more than hls-segment-ms, and a part is a part of a segment"
            ),
            ("http-listen = 127.0.0.1:9090", "default: admin-listen: 127.0.0.1:9090 is in http-listen already"),
            (
                "payment-simulator = true\ntoss-secret-key = test_sk_1\npublic-url = https://podo.example",
                "podo.conf:1: payment-simulator: is true and toss-secret-key is set: "
                    + "tickets would be free beside a real company"
            ),
            (
                "toss-secret-key = test_sk_1",
                "podo.conf:1: toss-secret-key: needs public-url: buyers come back there, and webhooks are sent there"
            ),
            (
                "stripe-webhook-secret = whsec_1",
                "podo.conf:1: stripe-webhook-secret: stripe-secret-key is not set, and both are needed"
            ),
            (
                "admin-listen = *:9090",
                "podo.conf:1: admin-listen: 0.0.0.0:9090 can be reached from other machines and has no password; "
                    + "use 127.0.0.1, or set admin-allow-remote = true behind a firewall"
            ),
        ])
    func contradictions(_ file: String, _ problem: String) {
        #expect(Self.problems(file: file) == [problem])
    }

    @Test(
        "the admin listener may be on loopback, or anywhere when that is said",
        arguments: [
            "admin-listen = 127.0.0.1:1", "admin-listen = 127.9.9.9:1", "admin-listen = [::1]:1",
            "admin-listen = *:1\nadmin-allow-remote = true", "admin-listen = 127.0.0.1:0\nhttp-listen = 127.0.0.1:0",
        ])
    func adminPlaces(_ file: String) {
        #expect(Self.problems(file: file) == [])
    }

    @Test("a file that is not there is one sentence")
    func missingFile() {
        let flags = CommandFlags(configurationFile: "/nowhere/podo.conf")
        #expect(throws: ConfigurationErrors(problems: ["--config /nowhere/podo.conf: No such file or directory"])) {
            try ConfigurationLoader.load(flags: flags, environment: [:])
        }
    }
}
