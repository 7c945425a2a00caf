import Testing

@Suite("Imports")
struct ImportTests {
    @Test("every module imports only what its row of the table names")
    func repositoryKeepsTheTable() {
        let rule = ImportRule()
        let files = Repository.here.swiftFiles(under: "Sources")
        #expect(files.count > 10, "the walk over Sources found too little to mean anything")
        let found = Violations(files.flatMap(rule.check))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("the table looks downwards only, and each C library has one owner")
    func tableIsOrdered() {
        let found = Violations(ImportRule().checkTable())
        #expect(found.isEmpty, "\(found)")
    }

    @Test("Package.swift declares what the table says")
    func manifestKeepsTheTable() throws {
        let manifest = try #require(Repository.here.file("Package.swift")).text
        let found = Violations(ImportRule().checkManifest(manifest))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("a dependency that the table does not name, one that is missing, and a missing module are found")
    func badManifestIsFound() {
        let manifest = """
            .target(name: "A", dependencies: ["X", "Y"], swiftSettings: s),
            .executableTarget(
                name: "B",
                dependencies: ["X", "Y"]),
            .target(name: "C", dependencies: []),
            """
        let table = [
            "A": ModuleRow(1, ["X"]), "B": ModuleRow(1, ["X", "Y"]), "C": ModuleRow(1, ["X"]), "D": ModuleRow(1, ["X"]),
        ]
        let expected = [
            "A depends on [\"X\", \"Y\"], the table says [\"X\"]", "C depends on [], the table says [\"X\"]",
            "D depends on [], the table says [\"X\"]",
        ]
        #expect(ImportRule(table: table).checkManifest(manifest).map(\.what) == expected)
    }

    @Test(
        "an import that the table does not name is found",
        arguments: [
            ("Sources/Primitives/A.swift", "internal import Foundation", "Primitives may not import Foundation"),
            ("Sources/HTTPServer/A.swift", "internal import COpenSSL", "HTTPServer may not import COpenSSL"),
            ("Sources/Reactor/A.swift", "@testable internal import HTTPServer", "Reactor may not import HTTPServer"),
            (
                "Sources/Reactor/A.swift", "internal import struct HTTPServer.Router",
                "Reactor may not import HTTPServer"
            ),
            ("Sources/HTTPServer/A.swift", "import Reactor", "write `internal import Reactor`"),
            ("Sources/Mystery/A.swift", "", "Mystery is not in the import table of ImportRule"),
        ])
    func badImportIsFound(path: String, text: String, what: String) {
        #expect(ImportRule().check(RepositoryFile(path: path, text: text)).map(\.what) == [what])
    }

    @Test("what only looks like an import is none")
    func commentsAndStringsAreNoImports() {
        let text = "// internal import Foundation\nlet text = \"\"\"\n    import Foundation\n    \"\"\"\n"
        #expect(ImportRule().check(RepositoryFile(path: "Sources/Primitives/A.swift", text: text)).isEmpty)
    }

    @Test("a table in which features know each other, or a library has two owners, is refused")
    func badTableIsFound() {
        let table = [
            "Auth": ModuleRow(
                ImportRule.featureRow,
                ["COpenSSL", "CNGHTTP2", "CZlib", "CLibAV", "CCurl", "CArgon2", "CLibPQ"]),
            "Ticketing": ModuleRow(ImportRule.featureRow, ["Auth", "CZlib"]),
        ]
        let expected = ["Ticketing imports Auth: not below", "CZlib has 2 importers, not one"]
        #expect(ImportRule(table: table).checkTable().map(\.what) == expected)
    }
}
