import Testing

@testable import podo

@Suite struct NearestWordTests {
    @Test(
        "a word is found by its few wrong letters, and a strange one is not",
        arguments: [
            ("serv", "serve"), ("srevr", nil), ("serve", "serve"), ("dcotor", "doctor"), ("", nil), ("banana", nil),
        ] as [(String, String?)])
    func find(_ word: String, _ expected: String?) {
        #expect(NearestWord.find(word, among: ["serve", "doctor", "config print"]) == expected)
    }
}
