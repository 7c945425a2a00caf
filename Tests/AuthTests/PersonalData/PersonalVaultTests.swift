import Crypto
import Testing

@testable import Auth

struct PersonalVaultTests {
    private static func generation(_ number: UInt8) -> PersonalVault.Generation {
        PersonalVault.Generation(
            number: number, wrapKey: SecretBytes(copying: [UInt8](repeating: number, count: 32)),
            indexKey: SecretBytes(copying: [UInt8](repeating: number ^ 0xff, count: 32)))
    }

    private let vault = PersonalVault(generations: [Self.generation(1)])

    @Test
    func `what is sealed is read in its place, and nowhere else`() throws {
        let (key, wrapped) = self.vault.makeDataKey(member: 7)
        let sealed = self.vault.seal("kim@example.com", with: key, table: "member", column: "email_sealed", row: 7)
        let again = try self.vault.unwrap(wrapped, member: 7)
        #expect(
            try self.vault.open(sealed, with: again, table: "member", column: "email_sealed", row: 7)
                == "kim@example.com")
        #expect(throws: PersonalDataError.damaged) {
            try self.vault.open(sealed, with: again, table: "member", column: "email_sealed", row: 8)
        }
        #expect(throws: PersonalDataError.damaged) {
            try self.vault.open(sealed, with: again, table: "member", column: "name_sealed", row: 7)
        }
        #expect(throws: PersonalDataError.damaged) {
            try self.vault.open(sealed, with: again, table: "mail", column: "email_sealed", row: 7)
        }
    }

    @Test
    func `a key is for one member, and reads nothing of another`() throws {
        let (first, wrapped) = self.vault.makeDataKey(member: 7)
        let (second, _) = self.vault.makeDataKey(member: 8)
        #expect(throws: PersonalDataError.damaged) { try self.vault.unwrap(wrapped, member: 8) }
        let sealed = self.vault.seal("x", with: first, table: "member", column: "name_sealed", row: 7)
        #expect(throws: PersonalDataError.damaged) {
            try self.vault.open(sealed, with: second, table: "member", column: "name_sealed", row: 7)
        }
    }

    @Test
    func `no byte can be changed, and no piece is taken for the whole`() throws {
        let (key, wrapped) = self.vault.makeDataKey(member: 7)
        let sealed = self.vault.seal("kim", with: key, table: "member", column: "name_sealed", row: 7)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: PersonalDataError.self) {
                try self.vault.open(changed, with: key, table: "member", column: "name_sealed", row: 7)
            }
            #expect(throws: PersonalDataError.self) {
                try self.vault.open(
                    Array(sealed.prefix(index)), with: key, table: "member", column: "name_sealed", row: 7)
            }
        }
        for index in wrapped.indices {
            var changed = wrapped
            changed[index] ^= 1
            #expect(throws: PersonalDataError.self) { try self.vault.unwrap(changed, member: 7) }
            #expect(throws: PersonalDataError.self) { try self.vault.unwrap(Array(wrapped.prefix(index)), member: 7) }
        }
    }

    @Test
    func `the same text is never sealed the same`() {
        let (key, _) = self.vault.makeDataKey(member: 7)
        let sealed = (0..<50).map { _ in
            self.vault.seal("kim", with: key, table: "member", column: "name_sealed", row: 7)
        }
        #expect(Set(sealed).count == 50)
    }

    @Test
    func `a new key is brought in without touching what was sealed`() throws {
        let (key, wrapped) = self.vault.makeDataKey(member: 7)
        let sealed = self.vault.seal("kim", with: key, table: "member", column: "name_sealed", row: 7)
        let rotated = PersonalVault(generations: [Self.generation(2), Self.generation(1)])
        #expect(wrapped[1] == 1)
        let rewrapped = try #require(try rotated.rewrap(wrapped, member: 7))
        #expect(rewrapped[1] == 2 && rotated.currentNumber == 2)
        #expect(try rotated.rewrap(rewrapped, member: 7) == nil)
        let last = PersonalVault(generations: [Self.generation(2)])
        let again = try last.unwrap(rewrapped, member: 7)
        #expect(try last.open(sealed, with: again, table: "member", column: "name_sealed", row: 7) == "kim")
        #expect(throws: PersonalDataError.keyUnknown) { try last.unwrap(wrapped, member: 7) }
    }

    @Test
    func `an index finds an address in every spelling, and says nothing without the key`() throws {
        let email = try #require(EmailAddress("Kim@Example.com"))
        let same = try #require(EmailAddress("kim@example.com"))
        #expect(self.vault.index(of: email) == self.vault.index(of: same))
        let other = PersonalVault(generations: [Self.generation(2), Self.generation(1)])
        #expect(other.index(of: email) != self.vault.index(of: email))
        #expect(other.indexes(of: email).last == self.vault.index(of: email))
    }

    @Test
    func `what is kept by law is read by the process's key alone`() throws {
        let sealed = self.vault.sealRetained("김포도\nkim@example.com", member: 7)
        #expect(try self.vault.openRetained(sealed, member: 7) == "김포도\nkim@example.com")
        #expect(throws: PersonalDataError.damaged) { try self.vault.openRetained(sealed, member: 8) }
        let other = PersonalVault(generations: [Self.generation(2)])
        #expect(throws: PersonalDataError.keyUnknown) { try other.openRetained(sealed, member: 7) }
    }
}
