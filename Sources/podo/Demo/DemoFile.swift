internal import Glibc
internal import HTTPServer

/// A file of the demo below the data directory: whole or not there, and for its owner alone, as passwords are in it.
struct DemoFile: Sendable {
    static let byteCountMax = 256 * 1024

    let path: String

    /// Nil when there is no such file.
    func read<Content: JSONDecodable>(_ type: Content.Type) throws(StartError) -> Content? {
        guard access(self.path, F_OK) == 0 else {
            if errno == ENOENT { return nil }
            throw self.systemFailure("cannot be read")
        }
        let text: String
        do throws(FileReadError) {
            text = try FileReader.text(self.path, byteCountMax: Self.byteCountMax)
        } catch {
            throw StartError("\(self.path) cannot be read: \(error.reason)")
        }
        do {
            guard case .object(let members) = try JSONParser.parse(Array(text.utf8)) else {
                throw StartError("is no object")
            }
            let reader = JSONObjectReader(members)
            let content = try Content(json: reader)
            guard reader.errors.isEmpty else { throw reader.failure }
            return content
        } catch {
            throw StartError(
                "\(self.path) is not what a demo has written: put it back, or start with an empty data-dir")
        }
    }

    /// Takes the place of the file before when all is on the disk.
    func write(_ content: some JSONEncodable) throws(StartError) {
        var writer = JSONWriter()
        content.encode(to: &writer)
        let bytes = writer.bytes + [UInt8(ascii: "\n")]
        let temporary = self.path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw self.systemFailure("cannot be made") }
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let failure = self.systemFailure("cannot be written")
        close(descriptor)
        guard isWritten else {
            unlink(temporary)
            throw failure
        }
        guard rename(temporary, self.path) == 0 else { throw self.systemFailure("cannot be made") }
        try self.syncDirectory()
    }

    /// Nothing to be told of when it was not there.
    func remove() { unlink(self.path) }

    private func syncDirectory() throws(StartError) {
        let parent = self.path.lastIndex(of: "/").map { String(self.path[..<$0]) } ?? "."
        let descriptor = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw self.systemFailure("cannot be kept") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw self.systemFailure("cannot be kept") }
    }

    private func systemFailure(_ what: String) -> StartError {
        StartError("\(self.path) \(what): \(String(cString: strerror(errno)))")
    }
}
