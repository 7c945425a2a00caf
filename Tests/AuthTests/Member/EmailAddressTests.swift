import Testing

@testable import Auth

struct EmailAddressTests {
    @Test(arguments: [
        ("kim@example.com", "kim@example.com"), ("KIM@Example.COM", "kim@example.com"),
        ("a.b+tag@sub.example.co.kr", "a.b+tag@sub.example.co.kr"), ("o'neil@example.com", "o'neil@example.com"),
        ("1@2.com", "1@2.com"), ("a@xn--bj0bj06e.kr", "a@xn--bj0bj06e.kr"),
    ])
    func `addresses have one spelling`(_ text: String, _ expected: String) {
        #expect(EmailAddress(text)?.text == expected)
    }

    @Test(arguments: [
        "", "@", "kim", "kim@", "@example.com", "kim@example", "kim@.com", "kim@example.", "kim@exa mple.com",
        "kim @example.com", ".kim@example.com", "kim.@example.com", "k..m@example.com", "kim@-example.com",
        "kim@example-.com", "kim@127.0.0.1", "kim@[127.0.0.1]", "\"kim\"@example.com", "kim@example.com\r\nBcc: x@y.zz",
        "kim\u{0}@example.com", "김@example.com", "kim@예시.kr", "kim@ex_ample.com", "<kim@example.com>",
        "kim@example.com,lee@example.com",
    ])
    func `what is no address is not taken`(_ text: String) { #expect(EmailAddress(text) == nil) }

    @Test
    func `lengths are those of mail`() {
        let local = String(repeating: "a", count: 64)
        let label = String(repeating: "b", count: 63)
        #expect(EmailAddress("\(local)@\(label).com") != nil)
        #expect(EmailAddress("\(local)a@\(label).com") == nil)
        #expect(EmailAddress("\(local)@\(label)b.com") == nil)
        let long = "a@" + Array(repeating: label, count: 4).joined(separator: ".")
        #expect(EmailAddress(long) == nil)
        #expect(EmailAddress(String(repeating: "a@b.", count: 100_000)) == nil)
    }

    @Test
    func `no interpolation shows it`() throws {
        let email = try #require(EmailAddress("kim@example.com"))
        #expect(!"\(email)".contains("kim") && !String(reflecting: email).contains("kim"))
    }
}

struct PersonNameTests {
    @Test(arguments: [("김포도", "김포도"), ("  Kim Podo ", "Kim Podo"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("O'Neil", "O'Neil")])
    func `names are taken as they are, without the space around them`(_ text: String, _ expected: String) {
        #expect(PersonName(text)?.text == expected)
    }

    @Test(arguments: [
        "", "   ", "a\nb", "a\r\nBcc: x", "a\u{0}", "\u{202E}gnp.exe", "a\u{2028}b", "a\u{FEFF}b", "\u{E000}",
        String(repeating: "가", count: 101),
    ])
    func `what is not one readable line is not taken`(_ text: String) { #expect(PersonName(text) == nil) }

    @Test
    func `a hundred characters are a name`() {
        #expect(PersonName(String(repeating: "가", count: 100)) != nil)
    }
}
