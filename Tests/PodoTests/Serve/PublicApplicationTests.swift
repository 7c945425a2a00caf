import Foundation
import HTTPServer
import Testing

@testable import podo

@Suite struct PublicApplicationTests {
    static func status(_ application: HTTPApplication) throws -> Int {
        let request = HTTPRequest(
            method: .get, version: .http1_1, target: Array("/".utf8), pathCount: 1, authority: Array("a".utf8),
            fields: HTTPFields())
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

    @Test("a directory that cannot be served says which, and what the system says")
    func namesTheDirectory() throws {
        let sentence = "web-dir: /nowhere cannot be read: No such file or directory"
        #expect(throws: StartError(sentence)) { try PublicApplication(webDirectory: "/nowhere") }
    }
}
