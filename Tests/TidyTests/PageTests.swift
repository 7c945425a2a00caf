import Foundation
import Testing

@Suite("Pages")
struct PageTests {
    /// With UPDATE_DOCUMENTS=1 in the environment the lines are written instead of compared.
    @Test("every page names the modules that its script needs, and no other")
    func modulesAreNamed() throws {
        let rule = PageRule(files: Repository.here.files)
        let pages = Repository.here.files.filter { $0.path.hasPrefix("Web/") && $0.path.hasSuffix(".html") }
        #expect(pages.contains { rule.page($0) != nil })
        if ProcessInfo.processInfo.environment["UPDATE_DOCUMENTS"] == "1" {
            for page in pages {
                guard let text = rule.page(page) else { continue }
                try Data(text.utf8).write(to: Repository.root.appending(path: page.path))
            }
            return
        }
        let found = Violations(pages.flatMap(rule.check))
        #expect(found.isEmpty, "\(found)")
    }

    @Test("a module that is missing is found, and one that nobody needs")
    func missingModule() {
        let script = "<script type=\"module\" src=\"/js/a.js\"></script>"
        let rule = PageRule(files: [
            RepositoryFile(path: "Web/js/a.js", text: "import { b } from \"./b.js\";\nimport \"./d.js\";"),
            RepositoryFile(path: "Web/js/b.js", text: "import { c } from \"./c.js\";\nawait import(\"./late.js\");"),
            RepositoryFile(path: "Web/js/c.js", text: "import { a } from \"./a.js\";"),
            RepositoryFile(path: "Web/js/d.js", text: ""),
        ])
        let good = ["b", "c", "d"].map { "  <link rel=\"modulepreload\" href=\"/js/\($0).js\">" } + ["  " + script]
        func count(_ lines: [String]) -> Int {
            rule.check(RepositoryFile(path: "Web/index.html", text: lines.joined(separator: "\n"))).count
        }
        #expect(count(good) == 0)
        #expect(count(Array(good.dropFirst())) == 1)
        #expect(count(["  <link rel=\"modulepreload\" href=\"/js/e.js\">"] + good) == 1)
        #expect(count(["<script src=\"/podo.js\"></script>"]) == 0)
    }
}
