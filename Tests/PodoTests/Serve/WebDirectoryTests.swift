import Foundation
import Testing

@testable import podo

@Suite struct WebDirectoryTests {
    @Test("what is configured is taken when it has a first page, and refused with the reason when not")
    func configured() throws {
        let temporary = try TemporaryDirectory()
        func refusal(_ path: String) -> String? {
            do throws(StartError) {
                _ = try WebDirectory.find(configured: path)
                return nil
            } catch {
                return error.sentence
            }
        }
        let advice = "; set it to a directory with an index.html"
        let (path, page) = (temporary.path, temporary.path + "/index.html")
        #expect(refusal(path + "/no") == "web-dir: \(path)/no cannot be read: No such file or directory" + advice)
        #expect(refusal(path) == "web-dir: \(path) holds no index.html" + advice)
        try Data("x".utf8).write(to: URL(filePath: page))
        #expect(refusal(page) == "web-dir: \(page) is not a directory" + advice)
        #expect(refusal(path) == nil)
        #expect(try WebDirectory.find(configured: path) == path)
    }

    @Test("the pages of the checkout are found without being configured")
    func found() throws {
        let path = try WebDirectory.find(configured: nil)
        #expect(FileManager.default.fileExists(atPath: path + "/index.html"))
    }
}
