internal import Primitives

/// What a playback token says: who may watch which performance, for how long, and by which session.
///
/// On the wire it is 48 bytes, 64 characters of base64url, so that no bit is unused and there is one spelling of each
/// (design §6). Numbers are big-endian:
///
/// | bytes | what |
/// |---|---|
/// | 0 | version, 1 |
/// | 1 | key id: the generation of the root secret |
/// | 2–9 | ticket; 0 for a preview |
/// | 10–17 | performance |
/// | 18–25 | session |
/// | 26–31 | end, in seconds since 1970 |
/// | 32–47 | HMAC-SHA-256 of all these, cut to 128 bits |
package struct PlaybackToken: Equatable, Sendable {
    package static let version: UInt8 = 1
    package static let bodyByteCount = 32
    package static let byteCount = 48
    package static let textByteCount = 64
    /// The end has 48 bits.
    package static let expiresAtMax: Int64 = 1 << 48 - 1

    package let keyID: UInt8
    package let ticket: Int64
    package let schedule: Int64
    package let session: PlaybackSessionID
    /// Seconds since 1970.
    package let expiresAt: Int64

    package init(keyID: UInt8, ticket: Int64, schedule: Int64, session: PlaybackSessionID, expiresAt: Int64) {
        precondition(ticket >= 0 && schedule >= 0, "what is counted is counted from 0")
        precondition((0...Self.expiresAtMax).contains(expiresAt), "an end has 48 bits")
        self.keyID = keyID
        self.ticket = ticket
        self.schedule = schedule
        self.session = session
        self.expiresAt = expiresAt
    }

    /// Of bytes whose code is right, or is yet to be looked at: any bytes say something.
    init(reading bytes: borrowing PlaybackTokenBytes) {
        self.keyID = bytes[1]
        self.ticket = Int64(bitPattern: Self.number(bytes, 2..<10))
        self.schedule = Int64(bitPattern: Self.number(bytes, 10..<18))
        self.session = PlaybackSessionID(Self.number(bytes, 18..<26))
        self.expiresAt = Int64(Self.number(bytes, 26..<32))
    }

    /// Whose sessions it belongs to, as `PlaybackHolding` counts them: the ticket, or each preview on its own.
    package var holder: Int64 { self.ticket != 0 ? self.ticket : -Int64(self.session.number) }

    /// What the code is made of.
    func body() -> PlaybackTokenBytes {
        var bytes = PlaybackTokenBytes(repeating: 0)
        bytes[0] = Self.version
        bytes[1] = self.keyID
        Self.put(UInt64(bitPattern: self.ticket), 2..<10, &bytes)
        Self.put(UInt64(bitPattern: self.schedule), 10..<18, &bytes)
        Self.put(self.session.value, 18..<26, &bytes)
        Self.put(UInt64(bitPattern: self.expiresAt), 26..<32, &bytes)
        return bytes
    }

    private static func number(_ bytes: borrowing PlaybackTokenBytes, _ range: Range<Int>) -> UInt64 {
        var number: UInt64 = 0
        for index in range { number = number << 8 | UInt64(bytes[index]) }
        return number
    }

    private static func put(_ number: UInt64, _ range: Range<Int>, _ bytes: inout PlaybackTokenBytes) {
        var rest = number
        for index in range.reversed() {
            bytes[index] = UInt8(truncatingIfNeeded: rest)
            rest >>= 8
        }
    }
}

/// The bytes of a token, in place.
package typealias PlaybackTokenBytes = InlineArray<48, UInt8>
