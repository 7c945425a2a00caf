import Foundation
import TestSupport

/// The provider of `Tests/EndToEnd/support/fake_provider.py`, for as long as this object lives.
final class FakeProvider: Sendable {
    let port: Int
    private let program: TestProgram

    var issuer: String { "http://127.0.0.1:\(self.port)" }

    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "EndToEnd/support/fake_provider.py").path

    init() throws {
        // Its end is the provider's.
        self.program = try TestProgram("/usr/bin/python3", [Self.script], errors: .nowhere)
        guard let port = Int(try self.program.readLine()) else { throw Failure() }
        self.port = port
    }

    struct Failure: Error {}

    func set(_ values: [String: String]) throws {
        let query = values.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        _ = try self.get("/control?\(query)")
    }

    /// How often a path was asked for.
    func count(_ path: String) throws -> Int {
        let json = try JSONSerialization.jsonObject(with: Data(self.get("/counts").utf8)) as? [String: Int]
        return json?[path] ?? 0
    }

    /// What a browser does there: sends it to `location`, and tells where it is sent back to.
    func visit(_ location: String) throws -> String {
        let result = try TestCommand.run(
            "/usr/bin/curl", ["--silent", "--output", "/dev/null", "--write-out", "%{redirect_url}", location])
        return result.output
    }

    private func get(_ path: String) throws -> String {
        try TestCommand.run("/usr/bin/curl", ["--silent", "--fail", self.issuer + path]).output
    }
}
