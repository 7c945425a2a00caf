import Testing

@testable import podo

@Suite struct ArgumentParserTests {
    struct Accepted: Sendable, CustomTestStringConvertible {
        let line: String
        let invocation: Invocation

        var testDescription: String { self.line }
    }

    static func run(
        _ command: CommandName, file: String? = nil, _ settings: KeyValuePairs<String, String> = [:]
    ) -> Invocation {
        let texts = settings.map { SettingText(name: $0.key, text: $0.value) }
        return .run(command, CommandFlags(configurationFile: file, settings: texts))
    }

    @Test(
        "a command line that is understood",
        arguments: [
            Accepted(line: "--help", invocation: .help(nil)),
            Accepted(line: "-h", invocation: .help(nil)),
            Accepted(line: "--version", invocation: .version),
            Accepted(line: "version", invocation: .version),
            Accepted(line: "help", invocation: .help(nil)),
            Accepted(line: "help serve", invocation: .help(.serve)),
            Accepted(line: "help config", invocation: .help(.configPrint)),
            Accepted(line: "help config print", invocation: .help(.configPrint)),
            Accepted(line: "config --help", invocation: .help(.configPrint)),
            Accepted(line: "serve", invocation: run(.serve)),
            Accepted(line: "serve --help", invocation: .help(.serve)),
            Accepted(line: "serve --loops 2 --help", invocation: .help(.serve)),
            Accepted(line: "doctor --config podo.conf", invocation: run(.doctor, file: "podo.conf")),
            Accepted(line: "config print --config=a=b", invocation: run(.configPrint, file: "a=b")),
            Accepted(line: "openapi", invocation: run(.openapi)),
            Accepted(line: "help openapi", invocation: .help(.openapi)),
            Accepted(
                line: "member promote kim@example.com --log-level debug",
                invocation: .run(
                    .memberPromote,
                    CommandFlags(
                        operand: "kim@example.com", settings: [SettingText(name: "log-level", text: "debug")]))),
            Accepted(line: "member erasures", invocation: run(.memberErasures)),
            Accepted(line: "member sign-out-everybody", invocation: run(.memberSignOutEverybody)),
            Accepted(
                line: "member lock 17", invocation: .run(.memberLock, CommandFlags(operand: "17"))),
            Accepted(line: "member unlock --help", invocation: .help(.memberUnlock)),
            Accepted(line: "keys rotate", invocation: run(.keysRotate)),
            Accepted(line: "keys --help", invocation: .help(.keysRotate)),
            Accepted(line: "stream-key make --help", invocation: .help(.streamKeyMake)),
            Accepted(line: "config print -h", invocation: .help(.configPrint)),
            Accepted(
                line: "serve --http-listen 127.0.0.1:1 --loops=3",
                invocation: run(.serve, ["http-listen": "127.0.0.1:1", "loops": "3"])),
            Accepted(line: "serve --https-listen=", invocation: run(.serve, ["https-listen": ""])),
            Accepted(
                line: "serve --admin-allow-remote --loops 3",
                invocation: run(.serve, ["admin-allow-remote": "true", "loops": "3"])),
            Accepted(
                line: "serve --admin-allow-remote=false", invocation: run(.serve, ["admin-allow-remote": "false"])),
        ])
    func accepts(_ row: Accepted) throws {
        #expect(try ArgumentParser.parse(row.line.split(separator: " ").map(String.init)) == row.invocation)
    }

    @Test(
        "a command line that is not understood says why and what is near",
        arguments: [
            ("", "a command is missing; podo --help lists them"),
            ("serv", "\"serv\" is not a command; did you mean serve?"),
            ("member promote", "podo member promote needs ADDRESS; see podo member promote --help"),
            ("member promote a@b.cc d@e.ff", "podo member promote takes no argument \"d@e.ff\""),
            ("member lock", "podo member lock needs MEMBER; see podo member lock --help"),
            ("keys rotate 2", "podo keys rotate takes no argument \"2\""),
            ("member erasures 7", "podo member erasures takes no argument \"7\""),
            ("doctro", "\"doctro\" is not a command; did you mean doctor?"),
            ("--hlep", "\"--hlep\" is not a command; did you mean --help?"),
            ("openapi now", "podo openapi takes no argument \"now\""),
            ("openap", "\"openap\" is not a command; did you mean openapi?"),
            ("config", "\"config\" needs a second word: podo config print"),
            ("config show", "\"config\" needs a second word: podo config print"),
            ("serve now", "podo serve takes no argument \"now\""),
            ("serve --encore", "--encore is not a flag of podo serve; see podo serve --help"),
            ("serve --http-listn x", "--http-listn is not a flag of podo serve; did you mean --http-listen?"),
            ("serve --loops", "--loops needs a value"),
            ("serve --loops --config x", "--loops needs a value"),
            ("serve --loops 1 --loops 2", "--loops is given twice"),
            ("serve --config a --config b", "--config is given twice"),
            ("serve --config", "--config needs a value"),
            ("serve --", "-- is not a flag of podo serve; see podo serve --help"),
        ])
    func refuses(_ line: String, _ message: String) {
        #expect(throws: UsageError(message: message)) {
            try ArgumentParser.parse(line.split(separator: " ").map(String.init))
        }
    }
}
