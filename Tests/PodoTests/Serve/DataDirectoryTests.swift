import Foundation
import Testing

@testable import podo

@Suite struct DataDirectoryTests {
    @Test("a directory is made for its user alone, with the pid in the lock file")
    func made() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/deep/var"
        let directory = try DataDirectory(path)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        let pid = try String(contentsOfFile: path + "/podo.lock", encoding: .utf8)
        #expect(pid == "\(getpid())\n")
        #expect(DataDirectory.holder(of: path) == Int(getpid()))
    }

    @Test("a second process is refused with the pid of the first")
    func refusesSecond() async throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path
        let pid = getpid()
        let directory = try DataDirectory(path)
        await #expect(processExitsWith: .exitCode(7)) { [path = path as String, pid = pid as Int32] in
            do throws(StartError) {
                _ = try DataDirectory(path)
            } catch {
                exit(error.sentence.contains("in use by the Podo with pid \(pid);") ? 7 : 1)
            }
        }
        _ = consume directory
    }

    @Test("a directory is free when its process was killed, though the lock file is still there")
    func survivesKill() async throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let directory = try DataDirectory(path)
            kill(getpid(), SIGKILL)
            _ = consume directory
        }
        #expect(FileManager.default.fileExists(atPath: path + "/podo.lock"))
        #expect(DataDirectory.holder(of: path) == nil)
        _ = try DataDirectory(path)
    }

    @Test("a directory is free when it was let go")
    func letGo() throws {
        let temporary = try TemporaryDirectory()
        do { _ = try DataDirectory(temporary.path) }
        _ = try DataDirectory(temporary.path)
    }

    @Test("a file in its place is one sentence")
    func notADirectory() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.path + "/file"
        try Data().write(to: URL(filePath: path))
        #expect(throws: StartError("data-dir: \(path) is not a directory")) { try DataDirectory(path) }
    }
}
