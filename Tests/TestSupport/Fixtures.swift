internal import Foundation

/// The recorded bytes in the repository's fixtures folder, found by where this file lies.
package enum Fixtures {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fixtures")

    package struct File: Sendable {
        package let name: String
        package let bytes: [UInt8]
    }

    /// Every file directly in a folder, by name; a folder that is missing is an error, not an empty list.
    package static func files(in folder: String) throws -> [File] {
        let urls = try FileManager.default.contentsOfDirectory(
            at: self.root.appending(path: folder), includingPropertiesForKeys: nil)
        return try urls.sorted { $0.lastPathComponent < $1.lastPathComponent }.map { url in
            File(name: url.lastPathComponent, bytes: Array(try Data(contentsOf: url)))
        }
    }
}
