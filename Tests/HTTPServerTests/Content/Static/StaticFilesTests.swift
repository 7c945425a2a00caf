import Foundation
import HTTPServer
import Testing

/// A directory that goes away with its owner.
private final class Folder {
    let path: String

    init() throws {
        self.path = FileManager.default.temporaryDirectory.appendingPathComponent("podo-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    // A leftover in the temporary folder harms nobody.
    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: self.path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func write(_ name: String, _ text: String) throws { try self.write(name, Array(text.utf8)) }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(self.path)/\(name)", withDestinationPath: target)
    }
}

private func driver(_ files: StaticFiles) throws -> HTTPTestDriver {
    HTTPTestDriver(application: try HTTPApplication(routes: files.routes))
}

private func site() throws -> Folder {
    let folder = try Folder()
    try folder.write("index.html", "<p>front</p>")
    try folder.write("shows/index.html", "<p>shows</p>")
    try folder.write("app.3f9a2c1b.js", String(repeating: "go();\n", count: 400))
    try folder.write("app-styles.css", "p{}")
    try folder.write("노래 1.txt", "la")
    try folder.write(".secret", "no")
    try folder.write(".git/config", "no")
    try folder.link("passwd", to: "/etc/passwd")
    try folder.link("etc", to: "/etc")
    try folder.link("shows/up", to: "..")
    return folder
}

@Suite("Static files") struct StaticFilesTests {
    @Test(
        "exactly what lies in the directory is answered",
        arguments: [
            ("/", 200, "text/html; charset=utf-8", "<p>front</p>"),
            ("/index.html", 200, "text/html; charset=utf-8", "<p>front</p>"),
            ("/shows/", 200, "text/html; charset=utf-8", "<p>shows</p>"),
            ("/app-styles.css", 200, "text/css; charset=utf-8", "p{}"),
            ("/app-styles.css?v=1", 200, "text/css; charset=utf-8", "p{}"),
            ("/%EB%85%B8%EB%9E%98%201.txt", 200, "text/plain; charset=utf-8", "la"),
            ("/%61pp-styles.css", 200, "text/css; charset=utf-8", "p{}"),
            ("/shows/index.html/", 404, nil, nil), ("/.secret", 404, nil, nil), ("/.git/config", 404, nil, nil),
            ("/passwd", 404, nil, nil), ("/etc/passwd", 404, nil, nil), ("/shows/up/index.html", 404, nil, nil),
            ("/../../etc/passwd", 400, nil, nil), ("/%2e%2e/%2e%2e/etc/passwd", 400, nil, nil),
            ("/..%2fetc/passwd", 400, nil, nil), ("/shows/..", 400, nil, nil), ("//etc/passwd", 400, nil, nil),
            ("/%2e/index.html", 400, nil, nil), ("/index.html%00.png", 400, nil, nil),
            ("/INDEX.HTML", 404, nil, nil),
        ] as [(String, Int, String?, String?)])
    func paths(target: String, status: Int, type: String?, text: String?) async throws {
        let folder = try site()
        let response = try await driver(try StaticFiles(directory: folder.path)).get(target)
        #expect(response.status == status)
        if let type { #expect(response["content-type"] == type) }
        if let text { #expect(response.text == text) }
    }

    @Test("a folder asked for without its slash is redirected, with the query")
    func redirects() async throws {
        let folder = try site()
        try folder.write("가/index.html", "x")
        let driver = try driver(try StaticFiles(directory: folder.path))
        let response = try await driver.get("/shows?a=1")
        #expect(response.status == 308)
        #expect(response["location"] == "/shows/?a=1")
        #expect(try await driver.get("/%EA%B0%80")["location"] == "/%EA%B0%80/")
        let illegal = try await driver.get("/shows?a=1\u{1}")
        #expect(illegal.status == 400)
        #expect(illegal["location"] == nil)
    }

    @Test(
        "only a name with a hash in it is kept for a year",
        arguments: [
            ("app.3f9a2c1b.js", true), ("app-3F9A2C1B0.js", true), ("poster-20250612.jpg", false),
            ("poster.20250612.jpg", false), ("hall-deadbeef.jpg", false), ("app.3f9a2c1.js", false),
            ("3f9a2c1b.js", false), ("app.3f9a2c1g.js", false),
        ])
    func hashes(name: String, isKept: Bool) async throws {
        let folder = try Folder()
        try folder.write(name, "x")
        let response = try await driver(try StaticFiles(directory: folder.path)).get("/\(name)")
        #expect(response["cache-control"] == (isKept ? "public, max-age=31536000, immutable" : "no-cache"))
    }

    @Test("text comes compressed with a tag of its own, and is not sent twice")
    func caching() async throws {
        let folder = try site()
        let driver = try driver(try StaticFiles(directory: folder.path))
        let plain = try await driver.get("/app.3f9a2c1b.js")
        #expect(plain["cache-control"] == "public, max-age=31536000, immutable")
        #expect(plain["vary"] == "accept-encoding")
        #expect(plain["accept-ranges"] == "bytes")
        #expect(plain["content-encoding"] == nil)
        let packed = try await driver.get("/app.3f9a2c1b.js", [("accept-encoding", "gzip")])
        #expect(packed["content-encoding"] == "gzip")
        #expect(packed["etag"] != plain["etag"])
        #expect(packed.body.count < plain.body.count)
        #expect(try Gunzip.text(packed.body) == plain.text)
        let tag = try #require(packed["etag"])
        let again = try await driver.get("/app.3f9a2c1b.js", [("accept-encoding", "gzip"), ("if-none-match", tag)])
        #expect(again.status == 304)
        let part = try await driver.get("/app.3f9a2c1b.js", [("accept-encoding", "gzip"), ("range", "bytes=0-4")])
        #expect(part.status == 206)
        #expect(part.text == "go();")
        #expect(try await driver.get("/app-styles.css")["cache-control"] == "no-cache")
        let modified = try #require(plain["last-modified"])
        #expect(try await driver.get("/app.3f9a2c1b.js", [("if-modified-since", modified)]).status == 304)
    }

    @Test("a large file stays on the disk and can be asked for in parts")
    func large() async throws {
        let folder = try Folder()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
        try folder.write("film.mp4", bytes)
        let files = try StaticFiles(directory: folder.path)
        let response = try await driver(files).get("/film.mp4")
        #expect(response.contentLength == 3_000_000)
        #expect(response.body == bytes)
        let part = try await driver(files).get("/film.mp4", [("range", "bytes=2999990-")])
        #expect(part.body == Array(bytes.suffix(10)))
        guard case .file = files.response(to: try HTTPTestDriver.request(.get, "/film.mp4")).body else {
            Issue.record("the file was read into memory")
            return
        }
    }

    @Test("reading again shows new files; a failure keeps the old ones")
    func reload() async throws {
        let folder = try site()
        var limits = StaticFilesLimits()
        limits.fileCountMax = 6
        let files = try StaticFiles(directory: folder.path, limits: limits)
        let driver = try driver(files)
        let tag = try await driver.get("/")["etag"]
        try folder.write("index.html", "<p>fresh</p>")
        #expect(try await driver.get("/").text == "<p>front</p>")
        try files.reload()
        #expect(try await driver.get("/").text == "<p>fresh</p>")
        #expect(try await driver.get("/")["etag"] != tag)
        for index in 0..<9 { try folder.write("\(index).txt", "x") }
        #expect(throws: StaticFilesError.self) { try files.reload() }
        #expect(try await driver.get("/").text == "<p>fresh</p>")
        #expect(try await driver.get("/0.txt").status == 404)
    }

    @Test("a directory beyond the limits does not start")
    func limits() throws {
        let folder = try site()
        func code(_ change: (inout StaticFilesLimits) -> Void) -> StaticFilesError.Code? {
            var limits = StaticFilesLimits()
            change(&limits)
            do {
                _ = try StaticFiles(directory: folder.path, limits: limits)
                return nil
            } catch {
                return (error as? StaticFilesError)?.code
            }
        }
        #expect(code { _ in } == nil)
        #expect(code { $0.fileCountMax = 2 } == .tooManyFiles)
        // Five files in two folders, one of which is not counted.
        #expect(code { $0.fileCountMax = 5 } == .tooManyFiles)
        #expect(code { $0.fileCountMax = 6 } == nil)
        #expect(code { ($0.memoryFileByteCountMax, $0.diskFileCountMax) = (4, 2) } == .tooManyDiskFiles)
        #expect(code { ($0.memoryFileByteCountMax, $0.diskFileCountMax) = (4, 3) } == nil)
        #expect(code { $0.folderDepthMax = 0 } == .tooDeep)
        #expect(code { $0.memoryByteCountMax = 100 } == .tooMuchMemory)
        #expect(code { $0.diskFileByteCountMax = 100 } == .tooLarge)
        #expect(throws: StaticFilesError.self) { _ = try StaticFiles(directory: folder.path + "/nowhere") }
    }
}
