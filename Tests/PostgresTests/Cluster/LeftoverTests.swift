import Foundation
import TestSupport
import Testing

@testable import Postgres

/// What a server that was killed, or somebody who may write beside it, leaves behind.
@Suite struct LeftoverTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    @Test
    func `a server that may be alive for all that can be seen keeps its file`() throws {
        let file = self.directory.path + "/postmaster.pid"
        try Data("1\n".utf8).write(to: URL(filePath: file))
        var leftovers = LeftoverProcesses(directory: self.directory.path, limits: ClusterLimits())
        leftovers.look = { processID, _ in processID == getpid() ? .hidden : .others }
        #expect(try leftovers.clear() == 0)
        #expect(self.exists(file))
        leftovers.look = { _, _ in .others }
        #expect(try leftovers.clear() == 0)
        #expect(!self.exists(file))
    }

    /// Nobody but root is told that it has no directory any more.
    @Test(.timeLimit(.minutes(1)))
    func `a process that has ended and was not waited for is told by its state`() throws {
        let program = try TestProgram("/bin/cat", [])
        let process = "/proc/\(program.processIdentifier)"
        #expect(!LeftoverProcesses.Sight.hasEnded(process))
        kill(program.processIdentifier, SIGKILL)
        while !LeftoverProcesses.Sight.hasEnded(process) { sched_yield() }
        _ = program.wait()
        #expect(!LeftoverProcesses.Sight.hasEnded(process), "nothing is there any more")
    }

    @Test
    func `a tree is removed without what its links lead to`() throws {
        let tree = self.directory.path + "/tree"
        let outside = self.directory.path + "/outside"
        try FileManager.default.createDirectory(atPath: tree + "/a/b", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: URL(filePath: outside + "/file"))
        try Data("theirs".utf8).write(to: URL(filePath: tree + "/a/b/file"))
        symlink(outside, tree + "/a/link")
        symlink(outside + "/file", tree + "/link")
        mkfifo(tree + "/pipe", 0o600)
        #expect(Directory.remove(tree))
        #expect(!self.exists(tree))
        #expect(self.exists(outside + "/file"))
        // A link in the place of the tree itself is removed, and what it leads to stays.
        symlink(outside, tree)
        #expect(Directory.remove(tree))
        #expect(!self.exists(tree) && self.exists(outside + "/file"))
        #expect(Directory.remove(tree), "what is not there is removed already")
    }

    @Test
    func `a tree that is deeper than PostgreSQL makes one is left`() throws {
        let tree = self.directory.path + "/tree"
        let path = tree + String(repeating: "/deep", count: 60)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        #expect(!Directory.remove(tree))
        #expect(self.exists(tree))
    }

    @Test
    func `links and pipes in the place of a small file are none, and keep nobody waiting`() throws {
        let path = self.directory.path + "/file"
        try Data("text".utf8).write(to: URL(filePath: path))
        #expect(SmallFile.text(path) == "text")
        symlink(path, path + ".link")
        #expect(SmallFile.text(path + ".link") == nil)
        mkfifo(path + ".pipe", 0o600)
        #expect(SmallFile.text(path + ".pipe") == "")
        symlink(self.directory.path, self.directory.path + "/way")
        #expect(!Directory.removeFile("file", in: self.directory.path + "/way"))
        #expect(Directory.removeFile("file", in: self.directory.path) && !self.exists(path))
        #expect(Directory.removeFile("file", in: self.directory.path))
    }
}
