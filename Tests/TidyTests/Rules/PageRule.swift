/// A page names every module that its script needs, so that a browser on a slow line asks for all of them at once and
/// not for one after the other: `<link rel="modulepreload">`, a line each, by name, before the script.
struct PageRule {
    static let folder = "Web"
    private static let preload = "  <link rel=\"modulepreload\" href=\""

    /// Texts of the modules, by their addresses.
    private let modules: [String: String]

    init(files: [RepositoryFile]) {
        let scripts = files.filter { $0.path.hasPrefix(Self.folder + "/") && $0.path.hasSuffix(".js") }
        self.modules = Dictionary(
            scripts.map { (String($0.path.dropFirst(Self.folder.count)), $0.text) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The page as it should be; nil of one without a module.
    func page(_ file: RepositoryFile) -> String? {
        let entry = /<script type="module" src="(\/[^"]+)">/
        let entries = file.text.matches(of: entry).map { String($0.1) }
        guard !entries.isEmpty else { return nil }
        let needed = self.needed(by: entries).map { Self.preload + $0 + "\">" }
        var lines = file.lines.filter { !$0.hasPrefix(Self.preload) }.map(String.init)
        lines.insert(contentsOf: needed, at: lines.firstIndex { $0.contains(entry) } ?? 0)
        return lines.joined(separator: "\n")
    }

    func check(_ file: RepositoryFile) -> [Violation] {
        guard let page = self.page(file), page != file.text else { return [] }
        let what = "its modulepreload lines are not its script's imports: UPDATE_DOCUMENTS=1 writes them anew"
        return [Violation(path: file.path, line: 1, what: what)]
    }

    /// All that modules import before they run, they themselves left out.
    private func needed(by entries: [String]) -> [String] {
        var found: Set<String> = []
        var waiting = entries
        while let address = waiting.popLast() {
            let folder = address[..<(address.lastIndex(of: "/") ?? address.startIndex)]
            for name in (self.modules[address] ?? "").matches(of: /(?:from|import) "\.\/([^"]+)"/) {
                let next = "\(folder)/\(name.1)"
                if found.insert(next).inserted { waiting.append(next) }
            }
        }
        return found.subtracting(entries).sorted()
    }
}
