import Foundation
import HTTPServer
import Testing

@testable import podo

@Suite struct PublicApplicationTests {
    static func status(_ application: HTTPApplication, _ path: String = "/") throws -> Int {
        self.answer(application, path)?.status.code ?? 0
    }

    static func answer(_ application: HTTPApplication, _ path: String) -> HTTPResponse? {
        let request = HTTPRequest(
            method: .get, version: .http1_1, target: Array(path.utf8), pathCount: path.utf8.count,
            authority: Array("a".utf8), fields: HTTPFields())
        guard case .accept(let match, _) = application.admit(request),
            case .immediate(let answer) = application.handler(of: match)
        else { return nil }
        return answer(request, match.parameters)
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

    @Test("only the page where it is paid may run a script of somebody else's, and only that company's")
    func payPage() throws {
        let temporary = try TemporaryDirectory()
        for name in ["", "/show", "/checkout"] {
            try FileManager.default.createDirectory(atPath: temporary.path + name, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(filePath: temporary.path + name + "/index.html"))
        }
        let policy = HTTPPagePolicy(
            scripts: ["https://js.a.test"], connections: ["https://b.a.test"], frames: ["https://c.a.test"],
            formTargets: ["https://d.a.test"], hasInlineStyles: true)
        let pages = try PublicApplication(webDirectory: temporary.path, payPolicy: policy)
        try pages.reload()
        for (path, isOpen) in [("/checkout/7", true), ("/checkout/", true), ("/show/7", false), ("/", false)] {
            let fields = try #require(Self.answer(pages.application, path)?.fields)
            let text = String(decoding: fields.bytes(.contentSecurityPolicy) ?? [], as: UTF8.self)
            let ours = "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
            let theirs = """
                script-src 'self' https://js.a.test; connect-src 'self' https://b.a.test; frame-src 'self' \
                https://c.a.test; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; \
                form-action 'self' https://d.a.test; frame-ancestors 'none'
                """
            let none = "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            #expect(text == ours + (isOpen ? theirs : none), "\(path)")
            let opener = fields.bytes(HTTPFieldName("cross-origin-opener-policy")) ?? []
            let wanted = isOpen ? "same-origin-allow-popups" : "same-origin"
            #expect(String(decoding: opener, as: UTF8.self) == wanted, "\(path)")
        }
    }

    @Test("a directory that cannot be served says which, and what the system says")
    func namesTheDirectory() throws {
        let sentence = "web-dir: /nowhere cannot be read: No such file or directory"
        #expect(throws: StartError(sentence)) { try PublicApplication(webDirectory: "/nowhere") }
    }
}
