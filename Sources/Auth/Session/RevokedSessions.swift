internal import Primitives
internal import Synchronization

/// Sessions that were ended while access tokens of theirs may still be about, for all loops: those that this process
/// ended, those that others told of, and at the start those that the database remembers. By their names
/// (`RefreshToken.sessionName`), as access tokens have them.
package final class RevokedSessions: Sendable {
    private let table: Mutex<RevokedSessionTable>
    /// Mostly there is nothing, and then no lock is taken.
    private let isInUse = Atomic(false)

    package init(limits: TokenLimits = TokenLimits()) {
        let seconds = limits.lifetimeSeconds + limits.clockSkewSeconds
        self.table = Mutex(RevokedSessionTable(keptTime: .seconds(Int64(seconds))))
    }

    package var count: Int { self.table.withLock { $0.count } }

    /// For every request.
    package func contains(_ session: [UInt8]) -> Bool {
        guard self.isInUse.load(ordering: .acquiring) else { return false }
        return self.table.withLock { $0.contains(session) }
    }

    package func insert(_ session: [UInt8]) {
        self.table.withLock { $0.insert(session, now: .now) }
        self.isInUse.store(true, ordering: .releasing)
    }

    // MARK: Text

    /// In hexadecimal digits.
    static func text(_ session: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in session { HexText.append(UInt64(byte), digitCount: 2, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    static func session(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 2 * AccessToken.sessionByteCount else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = HexText.parse(digits[start..<start + 2]) else { return nil }
            bytes.append(UInt8(byte))
        }
        return bytes
    }
}
