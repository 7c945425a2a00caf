package import Reactor

/// The file system as recording needs it. Every call may block; none is made on a loop. Tests have one that fails.
package protocol RecordingDisk: Sendable {
    /// Makes the directory if it is missing; what is above it is there.
    func makeDirectory(_ path: String) throws(SystemError)
    /// The names in a directory, in no order.
    func names(in path: String) throws(SystemError) -> [String]
    /// For reading and writing, made if it is missing, for this user only.
    func create(_ path: String) throws(SystemError) -> OwnedDescriptor
    /// For reading and writing what is there.
    func open(_ path: String) throws(SystemError) -> OwnedDescriptor
    func byteCount(of file: OwnedDescriptor) throws(SystemError) -> Int
    /// Returns how many bytes were written: at least one unless there are none.
    func write(_ bytes: UnsafeRawBufferPointer, to file: OwnedDescriptor, at offset: Int) throws(SystemError) -> Int
    /// Returns how many bytes were read: zero at the end.
    func read(into bytes: UnsafeMutableRawBufferPointer, from file: OwnedDescriptor, at offset: Int)
        throws(SystemError) -> Int
    func truncate(_ file: OwnedDescriptor, to byteCount: Int) throws(SystemError)
    /// Returns when what was written is on the disk.
    func sync(_ file: OwnedDescriptor) throws(SystemError)
    /// The same for the names in a directory.
    func syncDirectory(_ path: String) throws(SystemError)
    func rename(_ path: String, to newPath: String) throws(SystemError)
    func remove(_ path: String) throws(SystemError)
    func removeDirectory(_ path: String) throws(SystemError)
}

extension RecordingDisk {
    func writeAll(_ bytes: UnsafeRawBufferPointer, to file: OwnedDescriptor, at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            done += try self.write(rest, to: file, at: offset + done)
        }
    }

    func writeAll(_ bytes: [UInt8], to file: OwnedDescriptor, at offset: Int) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { buffer in
            do throws(SystemError) { try self.writeAll(buffer, to: file, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// All of a file; nil if it is larger than that.
    func contents(of file: OwnedDescriptor, byteCountMax: Int) throws(SystemError) -> [UInt8]? {
        let byteCount = try self.byteCount(of: file)
        guard byteCount <= byteCountMax else { return nil }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var failure: SystemError?
        var done = 0
        bytes.withUnsafeMutableBytes { buffer in
            do throws(SystemError) {
                while done < buffer.count {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                    let count = try self.read(into: rest, from: file, at: done)
                    if count == 0 { return }
                    done += count
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        bytes.removeLast(byteCount - done)
        return bytes
    }
}
