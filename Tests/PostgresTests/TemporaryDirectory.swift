import Foundation

/// A directory of a test's own, gone when the test is.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "podo-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.path = url.path
    }

    deinit {
        // A directory that cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(atPath: self.path)
    }
}
