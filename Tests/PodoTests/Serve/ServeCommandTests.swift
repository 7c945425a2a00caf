import Dispatch
import Foundation
import Testing

@testable import podo

/// The executable itself, as a shell or systemd meets it.
@Suite struct ServeCommandTests {
    /// A running `podo`.
    final class RunningPodo {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        private let ended = DispatchSemaphore(value: 0)

        init(_ arguments: [String], in directory: String, output: FileHandle? = nil) throws {
            let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            self.process.executableURL = tests.deletingLastPathComponent().appending(path: "podo")
            self.process.arguments = arguments
            self.process.currentDirectoryURL = URL(filePath: directory)
            self.process.standardOutput = output ?? self.output
            self.process.standardInput = FileHandle.nullDevice
            self.process.standardError = self.errors
            self.process.terminationHandler = { [ended] _ in ended.signal() }
            try self.process.run()
        }

        /// The first line for people.
        func firstLine() -> String {
            var bytes: [UInt8] = []
            while let byte = self.errors.fileHandleForReading.readData(ofLength: 1).first, byte != 0x0a {
                bytes.append(byte)
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Waits for the end; a Podo that does not end is killed, which no test takes for an exit code.
        func exitCode() -> Int32 {
            let patienceSeconds = 20.0
            if self.ended.wait(timeout: .now() + patienceSeconds) == .timedOut {
                kill(self.process.processIdentifier, SIGKILL)
                self.process.waitUntilExit()
                return -1
            }
            return self.process.terminationStatus
        }

        func complaint() -> String {
            String(decoding: self.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
    }

    static func start(in temporary: TemporaryDirectory, _ more: [String] = []) throws -> RunningPodo {
        let web = temporary.path + "/Web"
        try FileManager.default.createDirectory(atPath: web, withIntermediateDirectories: true)
        try Data("<!doctype html>".utf8).write(to: URL(filePath: web + "/index.html"))
        let ports = [
            "--http-listen", "127.0.0.1:0", "--rtmp-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
        ]
        return try RunningPodo(["serve"] + ports + more, in: temporary.path)
    }

    @Test("SIGTERM and SIGINT end it with 0, after it said where it listens", arguments: [SIGTERM, SIGINT])
    func ends(_ signal: Int32) throws {
        let temporary = try TemporaryDirectory()
        let podo = try Self.start(in: temporary)
        let line = podo.firstLine()
        #expect(line.hasPrefix("Podo listens on http://127.0.0.1:"))
        #expect(!line.contains("Ctrl-C"), "nobody is at a terminal")
        kill(podo.process.processIdentifier, SIGHUP)
        kill(podo.process.processIdentifier, signal)
        #expect(podo.exitCode() == PodoCommand.Exit.done)
        let log = String(decoding: podo.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let lines = log.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("{") })
        #expect(lines.last?.contains(#""event":"stopped""#) == true)
    }

    @Test("a second signal ends it at once with 1")
    func secondSignal() throws {
        let temporary = try TemporaryDirectory()
        let podo = try Self.start(in: temporary, ["--drain-delay", "300s"])
        _ = podo.firstLine()
        kill(podo.process.processIdentifier, SIGTERM)
        kill(podo.process.processIdentifier, SIGINT)
        #expect(podo.exitCode() == PodoCommand.Exit.failed)
    }

    @Test("a second Podo on the same data directory refuses with 1 and the pid of the first")
    func secondPodo() throws {
        let temporary = try TemporaryDirectory()
        let first = try Self.start(in: temporary)
        _ = first.firstLine()
        let second = try Self.start(in: temporary)
        #expect(second.exitCode() == PodoCommand.Exit.failed)
        let sentence = "the data directory var is in use by the Podo with pid \(first.process.processIdentifier);"
        #expect(second.complaint().contains(sentence))
        let log = String(decoding: second.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(log.contains(#""event":"not started""#) && log.contains(#""reason":"\#(sentence)"#))
        kill(first.process.processIdentifier, SIGTERM)
        #expect(first.exitCode() == PodoCommand.Exit.done)
    }

    @Test("an answer that cannot be written is a failure", arguments: ["config print", "help", "version", "doctor"])
    func fullOutput(_ line: String) throws {
        let temporary = try TemporaryDirectory()
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let podo = try RunningPodo(line.split(separator: " ").map(String.init), in: temporary.path, output: full)
        #expect(podo.exitCode() == PodoCommand.Exit.failed)
        #expect(podo.complaint() == "podo: standard output cannot be written: No space left on device\n")
    }

    @Test("a wrong flag ends it with 2")
    func misused() throws {
        let temporary = try TemporaryDirectory()
        let podo = try Self.start(in: temporary, ["--loops", "many"])
        #expect(podo.exitCode() == PodoCommand.Exit.misused)
        #expect(podo.complaint().contains("flag --loops: \"many\" is not a whole number"))
    }
}
