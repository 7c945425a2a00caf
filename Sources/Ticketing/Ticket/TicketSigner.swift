package import Crypto
internal import Primitives

/// What the picture of a ticket says, and until when a door takes it.
struct TicketProof: Equatable, Sendable {
    let text: String
    let until: WallClock
}

/// Signs what doors read, so that a door can tell a ticket from anything else without asking anybody.
///
/// The text is `P1:` and, in Base64 for URLs, 89 bytes: the number of the key, ticket, seat, epoch of the ticket and
/// the time in seconds since 1970 (1, 8, 8, 4 and 4 bytes, the highest first), and the Ed25519 signature of `P1:` and
/// those 25 bytes. The time is that of now, cut to `stepSeconds`: a picture of a picture is worth nothing soon after.
/// The epoch grows when a ticket is given away or void, so of two that are shown for one seat the larger one is right.
package struct TicketSigner: Sendable {
    static let stepSeconds: Int64 = 30
    /// From the time that is in it on. Phones show a picture until they have the next.
    static let goodSeconds: Int64 = 90
    private static let prefix = Array("P1:".utf8)

    /// The first signs. Doors are told of all.
    private let keys: [(number: UInt8, key: Ed25519PrivateKey)]

    package init(keys: [(number: UInt8, key: Ed25519PrivateKey)]) {
        precondition(!keys.isEmpty, "somebody signs")
        self.keys = keys
    }

    var publicKeys: [(number: UInt8, bytes: [UInt8])] { self.keys.map { ($0.number, $0.key.publicKey.bytes) } }

    func proof(of ticket: Ticket, now: WallClock) -> TicketProof {
        let (number, key) = self.keys[0]
        let seconds = max(now.unixMilliseconds / 1000, 0)
        let step = seconds - seconds % Self.stepSeconds
        var payload = [number]
        Self.append(UInt64(bitPattern: ticket.id), 8, to: &payload)
        Self.append(UInt64(bitPattern: ticket.seat.value), 8, to: &payload)
        Self.append(UInt64(bitPattern: ticket.epoch), 4, to: &payload)
        Self.append(UInt64(step), 4, to: &payload)
        let signature = key.signature(of: Self.prefix + payload)
        return TicketProof(
            text: "P1:" + Base64URL.string(payload + signature),
            until: WallClock(unixMilliseconds: (step + Self.goodSeconds) * 1000))
    }

    private static func append(_ value: UInt64, _ byteCount: Int, to bytes: inout [UInt8]) {
        for place in stride(from: (byteCount - 1) * 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> place))
        }
    }
}
