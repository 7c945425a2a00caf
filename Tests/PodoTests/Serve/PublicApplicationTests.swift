import Foundation
import HTTPServer
import Testing

@testable import podo

@Suite struct PublicApplicationTests {
    static func status(_ application: HTTPApplication, _ path: String = "/") throws -> Int {
        let request = HTTPRequest(
            method: .get, version: .http1_1, target: Array(path.utf8), pathCount: path.utf8.count,
            authority: Array("a".utf8), fields: HTTPFields())
        guard case .accept(let match, _) = application.admit(request),
            case .immediate(let answer) = application.handler(of: match)
        else { return 0 }
        return answer(request, match.parameters).status.code
    }

    @Test("pages that have gone are not reloaded: the old ones stay, and the reason names their directory")
    func keepsPages() throws {
        let temporary = try TemporaryDirectory()
        let page = URL(filePath: temporary.path + "/index.html")
        try Data("x".utf8).write(to: page)
        let pages = try PublicApplication(webDirectory: temporary.path)
        try pages.reload()
        try FileManager.default.removeItem(at: page)
        #expect(throws: StartError("web-dir: \(temporary.path) holds no index.html")) { try pages.reload() }
        #expect(try Self.status(pages.application) == 200)
    }

    @Test("a page that is about something stands for every address of its kind, and for no other")
    func pagesOfThings() throws {
        let temporary = try TemporaryDirectory()
        for name in ["", "/show", "/payment"] {
            try FileManager.default.createDirectory(atPath: temporary.path + name, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: temporary.path + name + "/index.html"))
        }
        let application = try PublicApplication(webDirectory: temporary.path).application
        for path in ["/show/7", "/payment/7/success"] { #expect(try Self.status(application, path) == 200) }
        for path in ["/show/7/more", "/payment/7", "/watch/7"] { #expect(try Self.status(application, path) == 404) }
    }

    @Test("a directory that cannot be served says which, and what the system says")
    func namesTheDirectory() throws {
        let sentence = "web-dir: /nowhere cannot be read: No such file or directory"
        #expect(throws: StartError(sentence)) { try PublicApplication(webDirectory: "/nowhere") }
    }
}
