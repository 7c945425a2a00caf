import Foundation
import HTTPServer
import Testing

@testable import Auth
@testable import podo

/// The pages tell people what is wrong by the codes of the API, in Korean and English.
@Suite struct PageTextTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    /// What sends bodies, and so what is told of their fields.
    private static let modules = ["Auth", "HTTPServer", "Payments", "Ticketing"]

    private static func texts() throws -> Set<String> {
        let file = self.root.appending(path: "Web/js/problems.js")
        let text = try String(contentsOf: file, encoding: .utf8)
        // In both languages, and neither of them empty.
        return Set(text.matches(of: /"((?:problem|wrong)\.[A-Za-z-]+)": \["[^"]+", "[^"]+"\],/).map { String($0.1) })
    }

    @Test("every code of a problem that the API describes has a text")
    func problems() throws {
        let document = String(decoding: PublicAPI.document.json, as: UTF8.self)
        let codes = Set(
            document.matches(of: /"code":\{"type":"string","enum":\[([^\]]*)\]/).flatMap { found in
                found.1.split(separator: ",").map { $0.trimmingCharacters(in: ["\""]) }
            })
        #expect(codes.contains("seat-taken") && codes.count > 60)
        let missing = Set(codes.map { "problem.\($0)" }).subtracting(try Self.texts())
        #expect(missing.isEmpty, "\(missing.sorted())")
    }

    @Test("every code of what is wrong with a field has a text")
    func fields() throws {
        var codes = Set(
            [PasswordRules.Weakness.tooShort, .tooLong, .tooCommon, .tooPersonal].map(\.code.description))
        for module in Self.modules {
            let folder = Self.root.appending(path: "Sources/\(module)")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                let text = try String(contentsOf: file, encoding: .utf8)
                codes.formUnion(text.matches(of: /(?:fail|invalid)\(\s*[^,\n]*,\s*"([a-z-]+)"/).map { String($0.1) })
            }
        }
        #expect(codes.contains("out-of-range") && codes.count > 20)
        let missing = Set(codes.map { "wrong.\($0)" }).subtracting(try Self.texts())
        #expect(missing.isEmpty, "\(missing.sorted())")
    }
}
