package import Crypto

/// Passwords by Argon2id.
package struct Argon2Passwords: PasswordHashing {
    private let parameters: Argon2Parameters

    package init(parameters: Argon2Parameters = .standard) { self.parameters = parameters }

    package func hash(_ password: [UInt8]) throws -> String {
        try Argon2id.hash(password, parameters: self.parameters).text
    }

    package func isMatch(_ password: [UInt8], _ hash: String) throws -> Bool {
        guard let hash = PasswordHash(hash) else { return false }
        return try Argon2id.isPassword(password, of: hash)
    }

    package func isCurrent(_ hash: String) -> Bool {
        PasswordHash(hash)?.needsRehash(for: self.parameters) == false
    }
}
