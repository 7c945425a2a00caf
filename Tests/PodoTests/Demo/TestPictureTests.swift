import Foundation
import Observability
import Primitives
import Testing

@testable import podo

@Suite("The test picture") struct TestPictureTests {
    @Test("that ends again and again is begun later each time, and given up; one that went on for long is not")
    func life() {
        var life = TestPictureLife()
        let short = TimeAmount.seconds(2)
        var pauses: [Double] = []
        while let pause = life.ended(after: short), pauses.count < 100 { pauses.append(pause.seconds) }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30, 30, 30, 30])
        #expect(life.ended(after: TestPictureLife.steadyTime) == TestPictureLife.restartTime)
    }

    /// A program in place of ffmpeg that says and does what `script` says.
    private static func program(_ script: String, in directory: TemporaryDirectory) throws -> String {
        let path = directory.path + "/ffmpeg"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private static func wait(_ condition: () -> Bool) {
        let deadline = MonotonicTime.now + .seconds(10)
        while !condition(), MonotonicTime.now < deadline { usleep(2000) }
    }

    @Test("is begun again when it ends, and what is told of the end is short and without the key")
    func ends() throws {
        let directory = try TemporaryDirectory()
        let script = """
            echo run >> \(directory.path)/runs
            head -c 100000 /dev/zero | tr '\\0' x
            echo; for word; do last=$word; done; echo "$last: refused"; exit 3
            """
        let memory = LogMemory()
        let key = "c0ffee00c0ffee00"
        let picture = try TestPicture(
            program: try Self.program(script, in: directory), url: "rtmp://127.0.0.1:1/live/\(key)",
            streamKey: Secret(key), log: Log(level: .debug, memory: memory))
        picture.start()
        Self.wait { (try? String(contentsOfFile: directory.path + "/runs", encoding: .utf8).count) == 8 }
        picture.stop()
        let ends = memory.lines.filter { $0.contains("test picture ended") }
        #expect(ends.first?.contains("ffmpeg ended with status 3") == true)
        #expect(ends.first?.contains("rtmp://127.0.0.1:1/live/KEY: refused") == true)
        #expect(memory.lines.allSatisfy { !$0.contains(key) && $0.utf8.count < 1000 })
        #expect(ends.first?.contains(#""again_in":1"#) == true)
    }

    @Test("ends when it is stopped, also where it does not listen to that")
    func stops() throws {
        let directory = try TemporaryDirectory()
        // What a shell waits for in a pipe would go on without it.
        let program = try Self.program("trap '' TERM; echo $$ > \(directory.path)/pid; exec sleep 600", in: directory)
        let picture = try TestPicture(
            program: program, url: "rtmp://127.0.0.1:1/live/k", streamKey: Secret("k"),
            log: Log(level: .debug, memory: LogMemory()))
        picture.start()
        var pid: pid_t = 0
        Self.wait {
            let text = try? String(contentsOfFile: directory.path + "/pid", encoding: .utf8)
            pid = text.flatMap { pid_t($0.trimmingCharacters(in: .newlines)) } ?? 0
            return pid > 0
        }
        #expect(pid > 0 && kill(pid, 0) == 0)
        picture.stop()
        Self.wait { kill(pid, 0) != 0 }
        #expect(kill(pid, 0) != 0)
    }

    @Test("is looked for where programs are, by absolute paths")
    func program() throws {
        let directory = try TemporaryDirectory()
        #expect(TestPicture.program(searchPath: "relative:\(directory.path)") == nil)
        let path = try Self.program("exit 0", in: directory)
        #expect(TestPicture.program(searchPath: ".:\(directory.path):/usr/bin") == path)
    }
}
