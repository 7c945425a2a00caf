import Foundation

/// One committed text file, by its path from the repository's root.
struct RepositoryFile {
    let path: String
    let text: String

    var lines: [Substring] { self.text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// The module that a file under Sources/ belongs to.
    var module: String? {
        let parts = self.path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    /// Cut once, because every rule asks for it.
    let code: SourceText

    init(path: String, text: String) {
        self.path = path
        self.text = text
        self.code = SourceText(path.hasSuffix(".swift") ? text : "")
    }
}

/// The files of this checkout, without what builds and runs leave behind.
struct Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Paths of all files, sorted; binary ones too.
    let paths: [String]
    /// Files that are text.
    let files: [RepositoryFile]

    /// Read once for all tests.
    static let here = Repository(root: Repository.root)

    init(root: URL) {
        let leftBehind: Set<String> = [".git", "var", "__pycache__", ".venv", ".vendor", "vendor"]
        var paths: [String] = []
        let prefix = root.path + "/"
        let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isDirectoryKey])
        while let entry = walk?.nextObject() as? URL {
            let name = entry.lastPathComponent
            if leftBehind.contains(name) || name.hasPrefix(".build") {
                walk?.skipDescendants()
                continue
            }
            let isFolder = (try? entry.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
            if !isFolder { paths.append(String(entry.path.dropFirst(prefix.count))) }
        }
        self.paths = paths.filter { !$0.hasSuffix(".profraw") }.sorted()
        self.files = self.paths.compactMap { path in
            let url = root.appending(path: path)
            guard let bytes = try? Data(contentsOf: url), !bytes.prefix(8192).contains(0),
                let text = String(data: bytes, encoding: .utf8)
            else { return nil }
            return RepositoryFile(path: path, text: text)
        }
    }

    func swiftFiles(under folders: String...) -> [RepositoryFile] {
        self.files.filter { file in
            file.path.hasSuffix(".swift") && folders.contains { file.path.hasPrefix($0 + "/") }
        }
    }

    func file(_ path: String) -> RepositoryFile? { self.files.first { $0.path == path } }
}

extension Repository: CustomStringConvertible {
    var description: String { "a checkout of \(self.paths.count) files" }
}

extension RepositoryFile: CustomStringConvertible {
    var description: String { self.path }
}
