package import HTTPServer
internal import Primitives

/// Where a list goes on: behind the row of this time and number. The text is opaque to clients.
package struct MemberCursor: Equatable, Sendable {
    let microseconds: Int64
    let id: Int64

    /// Before the first row.
    package static let start = MemberCursor(microseconds: 253_402_300_799_000_000, id: .max)

    init(microseconds: Int64, id: Int64) {
        self.microseconds = microseconds
        self.id = id
    }

    /// Throws `invalid-cursor` for what `text` never made.
    package init(_ text: String) throws(HTTPProblem) {
        guard text.utf8.count <= 64, let bytes = Base64URL.decode(text.utf8), bytes.count == 16 else {
            throw AuthProblems.cursorInvalid
        }
        func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
            Int64(bitPattern: bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
        }
        self.init(microseconds: number(bytes[..<8]), id: number(bytes[8...]))
        guard (0...Self.start.microseconds).contains(self.microseconds) else { throw AuthProblems.cursorInvalid }
    }

    package var text: String {
        var bytes: [UInt8] = []
        for number in [self.microseconds, self.id] {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return Base64URL.string(bytes)
    }
}

/// Some of a list, and where it goes on; nil at its end.
package struct MemberPage<Item: Sendable>: Sendable {
    package let items: [Item]
    package let next: MemberCursor?
}
