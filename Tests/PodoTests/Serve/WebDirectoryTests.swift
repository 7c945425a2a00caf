import Foundation
import Testing

@testable import podo

@Suite struct WebDirectoryTests {
    @Test("what is configured is taken, if it has a first page")
    func configured() throws {
        let temporary = try TemporaryDirectory()
        #expect(WebDirectory.find(configured: temporary.path) == nil)
        try Data("x".utf8).write(to: URL(filePath: temporary.path + "/index.html"))
        #expect(WebDirectory.find(configured: temporary.path) == temporary.path)
    }

    @Test("the pages of the checkout are found without being configured")
    func found() throws {
        let path = try #require(WebDirectory.find(configured: nil))
        #expect(FileManager.default.fileExists(atPath: path + "/index.html"))
    }
}
