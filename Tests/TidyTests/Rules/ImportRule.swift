/// What a module may import. A module that is not in the table may not exist: adding a row is a decision.
struct ModuleRow {
    let row: Int
    let imports: Set<String>

    init(_ row: Int, _ imports: Set<String>) {
        self.row = row
        self.imports = imports
    }
}

/// Modules import only what their row of the table names, always with an access level written out.
struct ImportRule {
    /// Modules of the toolchain that every row may use; Foundation is not among them.
    static let system: Set<String> = ["Glibc", "Synchronization"]

    /// C libraries, and Swift modules by row. Each C library has one owner, but for CLinux and OpenSSL: connections
    /// need its TLS, everyone else its hashes and ciphers.
    static let sharedLibraries: Set<String> = ["CLinux", "COpenSSL"]
    static let libraries: Set<String> = [
        "CLinux", "COpenSSL", "CNGHTTP2", "CZlib", "CLibAV", "CCurl", "CArgon2", "CLibPQ",
    ]
    static let table: [String: ModuleRow] = [
        "Primitives": ModuleRow(1, ["CLinux"]),
        "Observability": ModuleRow(1, ["CLinux", "Primitives"]),
        "Reactor": ModuleRow(2, ["CLinux", "COpenSSL", "Primitives", "Observability"]),
        "MediaTypes": ModuleRow(2, ["Primitives"]),
        "Crypto": ModuleRow(2, ["CArgon2", "COpenSSL", "Primitives"]),
        "HTTPServer": ModuleRow(3, ["CNGHTTP2", "CZlib", "Primitives", "Observability", "Reactor"]),
        "HTTPClient": ModuleRow(3, ["CCurl", "Primitives", "Observability", "Reactor"]),
        "Auth": ModuleRow(
            5, ["Primitives", "Observability", "Crypto", "Reactor", "HTTPServer", "HTTPClient", "Postgres"]),
        "Postgres": ModuleRow(3, ["CLibPQ", "CLinux", "Primitives", "Observability", "Reactor"]),
        "Commerce": ModuleRow(4, ["Primitives", "Observability", "Crypto", "Reactor", "HTTPServer", "Postgres"]),
        "Ticketing": ModuleRow(
            5, ["Primitives", "Observability", "Crypto", "Reactor", "HTTPServer", "Postgres", "Commerce"]),
        "Payments": ModuleRow(
            5,
            [
                "Primitives", "Observability", "Crypto", "Reactor", "HTTPServer", "HTTPClient", "Postgres",
                "Commerce",
            ]),
        "HLSPackager": ModuleRow(
            5, ["CLibAV", "CLinux", "Primitives", "Observability", "MediaTypes", "Crypto", "Reactor", "HTTPServer"]),
        "RTMPIngest": ModuleRow(5, ["Primitives", "Observability", "MediaTypes", "Crypto", "Reactor"]),
        "podo": ModuleRow(
            6,
            [
                "CLinux", "Primitives", "Observability", "MediaTypes", "Crypto", "Reactor", "HTTPServer",
                "HTTPClient", "Postgres", "Commerce", "RTMPIngest", "HLSPackager", "Auth", "Ticketing", "Payments",
            ]),
    ]

    /// Features, which never import each other.
    static let featureRow = 5

    let table: [String: ModuleRow]

    init(table: [String: ModuleRow] = ImportRule.table) { self.table = table }

    func check(_ file: RepositoryFile) -> [Violation] {
        guard let module = file.module else { return [] }
        guard let row = self.table[module] else {
            return [Violation(path: file.path, line: 1, what: "\(module) is not in the import table of ImportRule")]
        }
        var found: [Violation] = []
        for (index, line) in file.code.lines.enumerated() {
            guard let (access, imported) = Self.importOnLine(line) else { continue }
            if access == nil {
                found.append(Violation(path: file.path, line: index + 1, what: "write `internal import \(imported)`"))
            }
            if !Self.system.contains(imported), !row.imports.contains(imported) {
                found.append(
                    Violation(path: file.path, line: index + 1, what: "\(module) may not import \(imported)"))
            }
        }
        return found
    }

    /// The table itself: no row imports from its own row or above, except Observability from Primitives; one owner
    /// per C library.
    func checkTable() -> [Violation] {
        var found: [Violation] = []
        for (module, row) in self.table.sorted(by: { $0.key < $1.key }) {
            for imported in row.imports.sorted() where !Self.libraries.contains(imported) {
                let below = self.table[imported]?.row
                let isLower = below.map { $0 < row.row || ($0 == 1 && imported == "Primitives") } ?? false
                if !isLower {
                    found.append(
                        Violation(path: "ImportRule", line: 1, what: "\(module) imports \(imported): not below"))
                }
            }
        }
        for library in Self.libraries.subtracting(Self.sharedLibraries).sorted() {
            let owners = self.table.filter { $0.value.imports.contains(library) }.count
            if owners != 1 {
                found.append(
                    Violation(path: "ImportRule", line: 1, what: "\(library) has \(owners) importers, not one"))
            }
        }
        return found
    }

    /// Package.swift declares for each module of the table exactly what the table lets it import.
    func checkManifest(_ manifest: String) -> [Violation] {
        let target = /name: "([A-Za-z0-9]+)",\s+dependencies: \[([^\]]*)\]/
        var declared: [String: Set<String>] = [:]
        for match in manifest.matches(of: target) {
            declared[String(match.1)] = Set(match.2.matches(of: /"([A-Za-z0-9]+)"/).map { String($0.1) })
        }
        return self.table.sorted { $0.key < $1.key }.filter { declared[$0.key] != $0.value.imports }.map {
            module, row in
            let (there, here) = (declared[module]?.sorted() ?? [], row.imports.sorted())
            return Violation(
                path: "Package.swift", line: 1, what: "\(module) depends on \(there), the table says \(here)")
        }
    }

    /// The access level and the module of an import declaration.
    static func importOnLine(_ line: String) -> (access: String?, module: String)? {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        while let first = words.first, first.hasPrefix("@") { words.removeFirst() }
        let levels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
        let access = words.first.flatMap { levels.contains($0) ? $0 : nil }
        if access != nil { words.removeFirst() }
        guard words.first == "import", words.count > 1 else { return nil }
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let path = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return (access, String(path.prefix { $0 != "." }))
    }
}
