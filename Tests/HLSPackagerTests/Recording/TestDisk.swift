import Foundation
import Reactor
import Synchronization
import TestSupport

@testable import HLSPackager

/// A directory of a test's own on the real file system that can be full, slow, broken, or lose its power.
///
/// It remembers what every file was at its last sync and each write since. When the power goes, some of those writes
/// are lost, and one may have reached the disk in part: what a real disk may do.
final class TestDisk: RecordingDisk {
    struct Faults {
        /// Bytes that still fit; nil without bound.
        var room: Int?
        /// Calls until one fails, and the error of every call from then on; nil for none.
        var failsAfter: Int?
        var error: CInt = EIO
        /// Which calls count and fail.
        var failing: Set<String> = ["write", "sync"]
        /// How long a sync takes.
        var syncTime = 0.0
        /// The largest piece that is written at once.
        var pieceMax = Int.max
    }

    private struct State {
        var faults = Faults()
        var paths: [CInt: String] = [:]
        /// Of each file, what is on the disk for good.
        var synced: [String: [UInt8]] = [:]
        var unsynced: [String: [(offset: Int, bytes: [UInt8])]] = [:]
        var syncCount = 0
        var syncedDirectories: Set<String> = []
    }

    let path: String
    private let real = SystemDisk()
    private let state = Mutex(State())

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "podo-disk-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        self.path = url.path
    }

    convenience init(copyOf other: TestDisk) throws {
        try self.init()
        try FileManager.default.removeItem(atPath: self.path)
        try FileManager.default.copyItem(atPath: other.path, toPath: self.path)
    }

    deinit {
        // A directory that cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(atPath: self.path)
    }

    func setFaults(_ body: (inout Faults) -> Void) { self.state.withLock { body(&$0.faults) } }

    /// Whose names are on the disk for good, as far as they were there by then.
    var syncedDirectories: Set<String> { self.state.withLock { $0.syncedDirectories } }

    var syncCount: Int { self.state.withLock { $0.syncCount } }

    /// Every file becomes what the disk may have of it. What was open before must not be used any more.
    func cutPower(_ random: inout SplitMix) throws {
        let (synced, unsynced) = self.state.withLock { ($0.synced, $0.unsynced) }
        for (path, writes) in unsynced {
            guard FileManager.default.fileExists(atPath: path) else { continue }
            var bytes = synced[path] ?? []
            for write in writes where random.next(below: 3) > 0 {
                let kept = random.next(below: 4) == 0 ? random.next(below: write.bytes.count + 1) : write.bytes.count
                let missing = write.offset + kept - bytes.count
                if missing > 0 { bytes += [UInt8](repeating: 0, count: missing) }
                bytes.replaceSubrange(write.offset..<write.offset + kept, with: write.bytes[..<kept])
            }
            try Data(bytes).write(to: URL(filePath: path))
        }
        self.state.withLock { state in
            state.unsynced = [:]
            state.synced = [:]
        }
    }

    private func count(_ call: String) throws(SystemError) {
        let error: CInt? = self.state.withLock { state in
            guard state.faults.failing.contains(call), let left = state.faults.failsAfter else { return nil }
            state.faults.failsAfter = max(left - 1, 0)
            return left <= 0 ? state.faults.error : nil
        }
        if let error { throw SystemError(code: error, call: "test") }
    }

    // MARK: - Calls

    func makeDirectory(_ path: String) throws(SystemError) {
        try self.count("makeDirectory")
        try self.real.makeDirectory(path)
    }

    func names(in path: String) throws(SystemError) -> [String] { try self.real.names(in: path) }

    func create(_ path: String) throws(SystemError) -> OwnedDescriptor {
        try self.count("create")
        return self.opened(try self.real.create(path), path)
    }

    func open(_ path: String) throws(SystemError) -> OwnedDescriptor {
        try self.count("open")
        return self.opened(try self.real.open(path), path)
    }

    private func opened(_ file: OwnedDescriptor, _ path: String) -> OwnedDescriptor {
        let contents = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
        self.state.withLock { state in
            state.paths[file.raw] = path
            if state.synced[path] == nil { state.synced[path] = contents }
        }
        return file
    }

    func byteCount(of file: OwnedDescriptor) throws(SystemError) -> Int { try self.real.byteCount(of: file) }

    func write(_ bytes: UnsafeRawBufferPointer, to file: OwnedDescriptor, at offset: Int) throws(SystemError) -> Int {
        try self.count("write")
        let room = self.state.withLock { state in
            let room = min(state.faults.room ?? .max, state.faults.pieceMax)
            state.faults.room = state.faults.room.map { max($0 - bytes.count, 0) }
            return room
        }
        guard room > 0 || bytes.isEmpty else { throw SystemError(code: ENOSPC, call: "test") }
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(room))
        let written = try self.real.write(piece, to: file, at: offset)
        self.state.withLock { state in
            guard let path = state.paths[file.raw] else { return }
            state.unsynced[path, default: []].append((offset, Array(piece.prefix(written))))
        }
        return written
    }

    func read(into bytes: UnsafeMutableRawBufferPointer, from file: OwnedDescriptor, at offset: Int)
        throws(SystemError) -> Int
    {
        try self.real.read(into: bytes, from: file, at: offset)
    }

    func truncate(_ file: OwnedDescriptor, to byteCount: Int) throws(SystemError) {
        try self.count("truncate")
        try self.real.truncate(file, to: byteCount)
    }

    func sync(_ file: OwnedDescriptor) throws(SystemError) {
        let time = self.state.withLock { $0.faults.syncTime }
        if time > 0 { usleep(UInt32(time * 1e6)) }
        try self.count("sync")
        self.state.withLock { state in
            state.syncCount += 1
            guard let path = state.paths[file.raw] else { return }
            state.synced[path] = FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
            state.unsynced[path] = nil
        }
    }

    func syncDirectory(_ path: String) throws(SystemError) {
        try self.count("sync")
        _ = self.state.withLock { $0.syncedDirectories.insert(path) }
    }

    func rename(_ path: String, to newPath: String) throws(SystemError) {
        try self.count("rename")
        try self.real.rename(path, to: newPath)
        self.state.withLock { state in
            for (raw, known) in state.paths where known == path { state.paths[raw] = newPath }
            state.synced[newPath] = state.synced.removeValue(forKey: path)
            state.unsynced[newPath] = state.unsynced.removeValue(forKey: path)
        }
    }

    func remove(_ path: String) throws(SystemError) { try self.real.remove(path) }

    func removeDirectory(_ path: String) throws(SystemError) { try self.real.removeDirectory(path) }
}
