import Observability
import Testing

@testable import Auth

struct PasswordRulesTests {
    private func weakness(_ password: String) -> PasswordRules.Weakness? {
        PasswordRules.weakness(of: Secret(password), personal: ["podofan", "Kim Min-su"])
    }

    @Test(arguments: [
        "correct horse battery staple", "9f2kQ!xw", "포도가 좋아요 정말로", "podofan likes long walks", "aB3$aB3$xY9z",
        String(repeating: "long ", count: 25),
    ])
    func `long and unusual passwords are taken`(_ password: String) { #expect(self.weakness(password) == nil) }

    @Test(arguments: ["", "short", "1234567", "가나다라마바사"])
    func `short ones are not`(_ password: String) { #expect(self.weakness(password) == .tooShort) }

    @Test
    func `nor is what would make hashing long`() {
        #expect(self.weakness(String(repeating: "ab1$", count: 33)) == .tooLong)
    }

    @Test(arguments: [
        "password", "Password1!", "PASSWORD", "qwerty12", "12345678", "87654321", "aaaaaaaa", "abcdefgh", "abababab",
        "123123123", "letmein1", "1q2w3e4r", "asdfghjkl", "iloveyou", "admin123", "podopodo", "00000000",
    ])
    func `nor what everybody tries first`(_ password: String) { #expect(self.weakness(password) == .tooCommon) }

    @Test(arguments: ["podofan1", "PodoFan99", "kim min-su", "1podofan!"])
    func `nor what is made of the account`(_ password: String) { #expect(self.weakness(password) == .tooPersonal) }

    @Test
    func `a text of combining marks takes no time`() {
        let marks = String(repeating: "e\u{301}\u{302}\u{303}", count: 32)
        #expect(self.weakness(marks) != .tooShort)
    }
}
