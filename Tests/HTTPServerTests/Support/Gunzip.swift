import Foundation
import TestSupport

/// Undoes gzip by another program, so that our compression is not its own witness.
enum Gunzip {
    static func text(_ bytes: [UInt8]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("podo-\(UUID().uuidString).gz")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // A leftover in the temporary folder harms nobody.
        return try TestCommand.run("/bin/gzip", ["-dc", file.path]).output
    }
}
