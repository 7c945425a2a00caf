package import Postgres
package import Primitives
internal import Synchronization

/// Which access tokens are void before their time, for all loops: what this process did itself, what others told, and
/// at the start what the database remembers.
package final class Revocations: Sendable {
    private let table: Mutex<RevocationTable>
    private let keptTime: TimeAmount

    /// `keptTime` is how long an access token is taken, with the leeway for clocks.
    package init(keptTime: TimeAmount) {
        self.keptTime = keptTime
        self.table = Mutex(RevocationTable(keptTime: keptTime))
    }

    package var count: Int { self.table.withLock { $0.count } }

    /// Whether a token that is otherwise right is void. Takes no time: for every request.
    package func isVoid(member: Int64, epoch: Int32, session: [UInt8]) -> Bool {
        self.table.withLock { $0.isVoid(member: member, epoch: epoch, session: session) }
    }

    package func revoke(session: [UInt8]) {
        self.table.withLock { $0.revoke(session: session, now: .now) }
    }

    package func raise(member: Int64, to epoch: Int32) {
        self.table.withLock { $0.raise(member: member, to: epoch, now: .now) }
    }

    /// What another process has told.
    package func hear(_ notice: AuthNotice) {
        switch notice {
        case .epoch(let member, let epoch): self.raise(member: member, to: epoch)
        case .session(let text):
            if let session = Self.session(text) { self.revoke(session: session) }
        case .streamKey: break
        }
    }

    /// Reads what happened while nobody listened: at the start, and when notices may have been missed.
    package func reload(from database: PostgresDatabase) async throws {
        let seconds = Int(self.keptTime.milliseconds / 1000) + 1
        for row in try await database.run(MemberStatements.recentEpochs, seconds) {
            self.raise(member: try row.get(0), to: try row.get(1))
        }
        for row in try await database.run(SessionStatements.recentlyRevoked, seconds) {
            self.revoke(session: try row.get(0))
        }
    }

    // MARK: Text

    /// In hexadecimal digits.
    package static func text(_ session: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in session { HexText.append(UInt64(byte), digitCount: 2, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    package static func session(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 2 * RefreshToken.sessionByteCount else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = HexText.parse(digits[start..<start + 2]) else { return nil }
            bytes.append(UInt8(byte))
        }
        return bytes
    }
}
