internal import HTTPServer
internal import Primitives

/// What an access token says of its bearer.
package struct AccessToken: Equatable, Sendable {
    package let memberID: Int64
    package let role: MemberRole
    /// The member's token epoch when it was issued. A higher one refuses this token.
    package let epoch: Int32
    /// The name of the session that it belongs to: sixteen bytes, from which its id cannot be found.
    package let session: [UInt8]
    /// Seconds since 1970.
    package let issuedAt: Int
    package let expiresAt: Int

    package static let sessionByteCount = 16

    package init(
        memberID: Int64, role: MemberRole, epoch: Int32, session: [UInt8], issuedAt: Int, expiresAt: Int
    ) {
        self.memberID = memberID
        self.role = role
        self.epoch = epoch
        self.session = session
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// The claims, as RFC 9068 §2.2 has them: `iss`, `aud`, `sub`, `role`, `ep`, `sid`, `iat`, `exp`, `jti`.
extension AccessToken {
    /// More is not in any token of ours.
    private static let jsonLimits = {
        var limits = JSONLimits()
        limits.byteCountMax = TokenLimits.byteCountMax
        limits.depthMax = 2
        limits.valueCountMax = 32
        limits.numberByteCountMax = 20
        return limits
    }()
    private static let identifierByteCounts = 16...64

    /// The payload of a token.
    package func claims(issuer: String, audience: String, identifier: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("iss", issuer)
            writer.member("aud", audience)
            writer.member("sub", String(self.memberID))
            writer.member("role", self.role.rawValue)
            writer.member("ep", Int64(self.epoch))
            writer.member("sid", Base64URL.string(self.session))
            writer.member("iat", self.issuedAt)
            writer.member("exp", self.expiresAt)
            writer.member("jti", Base64URL.string(identifier))
        }
        return writer.bytes
    }

    /// Reads the payload of a token whose signature is right. Every claim that we write must be there, with its type
    /// and in its range; `nbf` may not, since nobody of ours writes one; others are for versions to come.
    package init(claims: [UInt8], issuer: String, audience: String) throws(TokenFailure) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(claims, limits: Self.jsonLimits)
        } catch {
            throw TokenFailure.claims
        }
        guard case .object(let members) = value, members["nbf"] == nil,
            case .string(let from) = members["iss"], case .string(let to) = members["aud"]
        else { throw TokenFailure.claims }
        guard from.utf8.elementsEqual(issuer.utf8), to.utf8.elementsEqual(audience.utf8) else {
            throw TokenFailure.audience
        }
        guard case .string(let subject) = members["sub"], let memberID = Self.memberID(subject),
            case .string(let roleText) = members["role"], let role = MemberRole(exactly: roleText),
            case .integer(let epoch) = members["ep"], epoch >= 0, let epoch = Int32(exactly: epoch),
            case .string(let sessionText) = members["sid"], let session = Base64URL.decode(sessionText.utf8),
            session.count == Self.sessionByteCount,
            case .integer(let issuedAt) = members["iat"], issuedAt >= 0,
            case .integer(let expiresAt) = members["exp"], expiresAt > issuedAt,
            expiresAt - issuedAt <= TokenLimits.lifetimeSecondsMax,
            case .string(let identifier) = members["jti"], Self.identifierByteCounts.contains(identifier.utf8.count)
        else { throw TokenFailure.claims }
        self.init(
            memberID: memberID, role: role, epoch: epoch, session: session, issuedAt: Int(issuedAt),
            expiresAt: Int(expiresAt))
    }

    /// A positive number without leading zeros.
    private static func memberID(_ text: String) -> Int64? {
        guard text.utf8.first != UInt8(ascii: "0"), let number = DecimalText.parse(text.utf8) else { return nil }
        return Int64(number)
    }
}
