import Auth
import Crypto
import Foundation
import Primitives
import TestSupport

/// fixtures/access-tokens/vectors.json, which fixtures/access-tokens/make-vectors has written.
struct TokenVectors: Decodable {
    struct Vector: Decodable, Sendable {
        let name: String
        let token: String
        let expected: String
    }

    struct Key: Decodable {
        let kid: String
        let seed: String
    }

    let now: Int
    let issuer: String
    let keys: [Key]
    let vectors: [Vector]

    static func read() throws -> TokenVectors {
        let file = try Fixtures.files(in: "access-tokens").first { $0.name == "vectors.json" }
        return try JSONDecoder().decode(TokenVectors.self, from: Data(file?.bytes ?? []))
    }

    var clock: WallClock { WallClock(unixMilliseconds: Int64(self.now) * 1000) }

    var tokens: AccessTokens {
        AccessTokens(
            keys: self.keys.map {
                ($0.kid, Ed25519PrivateKey(seed: SecretBytes(copying: Hex.bytes($0.seed))))
            }, issuer: self.issuer)
    }

    /// The outcome in the words of the file.
    static func outcome(_ verify: () throws -> AccessToken) -> String {
        do {
            _ = try verify()
            return "accepted"
        } catch let failure as TokenFailure {
            return failure.rawValue
        } catch {
            return "\(error)"
        }
    }
}

extension AccessTokens {
    /// A token of the session that tests use.
    func text(
        _ memberID: Int64 = 1, _ role: MemberRole = .user, epoch: Int32 = 0, now: WallClock = AccessTokensTests.now
    ) -> [UInt8] {
        self.issue(memberID: memberID, role: role, epoch: epoch, session: AccessTokensTests.session, now: now).text
    }
}

extension TokenService {
    func text(_ memberID: Int64 = 1, _ role: MemberRole = .user, epoch: Int32 = 0) -> [UInt8] {
        let session = AccessTokensTests.session
        return Array(self.issue(memberID: memberID, role: role, epoch: epoch, session: session).accessToken.utf8)
    }
}
