package import Crypto
internal import Primitives

/// Writes and reads tickets and passes.
///
/// A text is the Base64 of a version, the number of a key, concert, member and number, for a pass its end, and a code:
/// HMAC-SHA-256 of what comes before, cut to 128 bits. Tickets and passes have keys of their own, so that one is never
/// the other. There is one spelling of each, and it is looked at in a time that does not depend on the code.
package struct QueueSeals: Sendable {
    private static let version: UInt8 = 1
    private static let codeByteCount = 16
    private static let ticketByteCount = 2 + 3 * 8 + codeByteCount
    private static let passByteCount = ticketByteCount + 8
    /// No text of ours is longer.
    package static let textByteCountMax = (passByteCount * 4 + 2) / 3

    private struct Key: Sendable {
        let number: UInt8
        let ticket: SecretBytes
        let pass: SecretBytes
    }

    private let keys: [Key]

    /// The key that seals comes first; the others are still believed. There is at least one.
    package init(keys: [(number: UInt8, key: SecretBytes)]) {
        precondition(!keys.isEmpty, "tickets are sealed with a key")
        func part(_ word: String, _ key: SecretBytes) -> SecretBytes {
            SecretBytes(copying: HMACSHA256.code(of: Array(word.utf8), key: key))
        }
        self.keys = keys.map {
            Key(number: $0.number, ticket: part("queue ticket 1", $0.key), pass: part("queue pass 1", $0.key))
        }
    }

    package func text(of ticket: QueueTicket) -> String {
        let numbers = [ticket.concert, ticket.member, ticket.number]
        return Self.seal(numbers, number: self.keys[0].number, key: self.keys[0].ticket)
    }

    package func text(of pass: QueuePass) -> String {
        let numbers = [pass.ticket.concert, pass.ticket.member, pass.ticket.number, pass.until]
        return Self.seal(numbers, number: self.keys[0].number, key: self.keys[0].pass)
    }

    /// Nil for what we have not written.
    package func ticket(_ text: some Collection<UInt8>) -> QueueTicket? {
        self.open(text, byteCount: Self.ticketByteCount, \.ticket).map {
            QueueTicket(concert: $0[0], member: $0[1], number: $0[2])
        }
    }

    /// Nil for what we have not written. Whether it is over is for the caller to see.
    package func pass(_ text: some Collection<UInt8>) -> QueuePass? {
        self.open(text, byteCount: Self.passByteCount, \.pass).map {
            QueuePass(ticket: QueueTicket(concert: $0[0], member: $0[1], number: $0[2]), until: $0[3])
        }
    }

    // MARK: Helpers

    private static func seal(_ numbers: [Int64], number: UInt8, key: SecretBytes) -> String {
        var bytes: [UInt8] = [Self.version, number]
        for value in numbers { withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) } }
        bytes.append(contentsOf: HMACSHA256.code(of: bytes, key: key).prefix(Self.codeByteCount))
        return Base64URL.string(bytes)
    }

    private func open(
        _ text: some Collection<UInt8>, byteCount: Int, _ path: KeyPath<Key, SecretBytes>
    ) -> [Int64]? {
        guard text.count <= Self.textByteCountMax, let bytes = Base64URL.decode(text), bytes.count == byteCount,
            bytes[0] == Self.version, let key = self.keys.first(where: { $0.number == bytes[1] })
        else { return nil }
        let signed = Array(bytes.dropLast(Self.codeByteCount))
        let code = Array(HMACSHA256.code(of: signed, key: key[keyPath: path]).prefix(Self.codeByteCount))
        guard ConstantTime.isEqual(code, Array(bytes.suffix(Self.codeByteCount))) else { return nil }
        return stride(from: 2, to: signed.count, by: 8).map { start in
            Int64(bitPattern: signed[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
    }
}
