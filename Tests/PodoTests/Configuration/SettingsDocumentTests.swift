import Foundation
import Testing

@testable import podo

@Suite struct SettingsDocumentTests {
    /// With UPDATE_DOCUMENTS=1 in the environment the file is written instead of compared.
    @Test("docs/CONFIGURATION.md says what the table says")
    func isUpToDate() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "docs/CONFIGURATION.md")
        let text = SettingsDocument.markdown()
        if ProcessInfo.processInfo.environment["UPDATE_DOCUMENTS"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }
}
