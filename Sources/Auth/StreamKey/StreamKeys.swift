internal import Crypto
internal import HTTPServer
package import Observability
package import Postgres
package import Primitives
internal import Synchronization

/// Stream keys that the database keeps: made, rotated and taken back here, and answered for from memory, so that a
/// publisher gets in while the database is away.
///
/// A key is 160 random bits, shown once; the database has its hash. Every process hears of a change by NOTIFY, and
/// reads everything again when it may have missed one.
package final class StreamKeys: Sendable {
    private static let keyByteCount = 20

    private let database: PostgresDatabase
    private let table = Mutex(StreamKeyTable())

    package init(database: PostgresDatabase) { self.database = database }

    package var count: Int { self.table.withLock { $0.count } }

    // MARK: Asking

    /// What the first candidate that is known opens. Answers at once.
    package func find(_ candidates: [Secret<String>], now: WallClock) -> StreamKeyTable.Answer {
        let hashes = candidates.map { Self.hash(of: $0.reveal()) }
        return self.table.withLock { table in
            for hash in hashes {
                let answer = table.find(hash: hash, now: now)
                if answer != .unknown { return answer }
            }
            return .unknown
        }
    }

    /// Whether a key is held still, by its entry's hash: whoever publishes with one that is not has to end. One whose
    /// time is over is held for a while, so that a show may run late.
    package func isHeld(hash: [UInt8]) -> Bool { self.table.withLock { $0.holds(hash: hash) } }

    // MARK: Making

    /// A new key for a stream; the one before it is void from then on. Throws when the stream's key is somebody else's,
    /// as if there were no such stream.
    package func issue(_ issue: StreamKeyIssue, actor: String) async throws -> Secret<String> {
        let key = Self.newKey()
        let hash = Self.hash(of: key.reveal())
        do {
            try await self.database.transaction("stream_key_issue", actor: actor) { transaction in
                _ = try await transaction.run(StreamKeyStatements.revoke, issue.stream, issue.owner)
                _ = try await transaction.run(
                    StreamKeyStatements.insert, issue.stream, issue.schedule, issue.owner, hash,
                    issue.validFrom.unixMilliseconds, issue.validUntil.unixMilliseconds)
                _ = try await transaction.run(SessionStatements.tell, AuthNotice.streamKey(issue.stream).text)
                try await transaction.note(
                    AuditEvent(actor: actor, action: "stream-key-issued", subject: "stream:\(issue.stream)"))
            }
        } catch let error as PostgresError where error.code == .uniqueViolation(constraint: "stream_key_live") {
            // A key of another owner is in force.
            throw HTTPProblem.notFound
        }
        try await self.reload(issue.stream)
        return key
    }

    /// Takes a stream's key back. False when there was none of that owner.
    package func revoke(stream: String, owner: Int64?, actor: String) async throws -> Bool {
        let wasRevoked = try await self.database.transaction("stream_key_revoke", actor: actor) { transaction in
            let rows = try await transaction.run(StreamKeyStatements.revoke, stream, owner)
            guard rows.affectedCount > 0 else { return false }
            _ = try await transaction.run(SessionStatements.tell, AuthNotice.streamKey(stream).text)
            try await transaction.note(
                AuditEvent(actor: actor, action: "stream-key-revoked", subject: "stream:\(stream)"))
            return true
        }
        try await self.reload(stream)
        return wasRevoked
    }

    /// The same key, at another time. Whoever has memories of it hears of it with the commit.
    package func move(
        stream: String, owner: Int64?, from: WallClock, until: WallClock, in transaction: PostgresTransaction
    ) async throws {
        let rows = try await transaction.run(
            StreamKeyStatements.move, stream, owner, from.unixMilliseconds, until.unixMilliseconds)
        guard rows.affectedCount > 0 else { return }
        _ = try await transaction.run(SessionStatements.tell, AuthNotice.streamKey(stream).text)
    }

    // MARK: Knowing

    /// Reads everything: at the start, and when notices may have been missed.
    package func reload() async throws {
        let rows = try await self.database.run(StreamKeyStatements.all, StreamKeyTable.countMax)
        let entries = try rows.map(Self.entry)
        self.table.withLock { $0.replace(with: entries) }
    }

    /// Reads what is in force for one stream.
    package func reload(_ stream: String) async throws {
        let rows = try await self.database.run(StreamKeyStatements.one, stream)
        let entry = try rows.first.map(Self.entry)
        self.table.withLock { $0.update(stream, entry) }
    }

    // MARK: Helpers

    private static func entry(_ row: PostgresRow) throws -> StreamKeyEntry {
        StreamKeyEntry(
            stream: try row.get(0), hash: try row.get(1), validFrom: WallClock(unixMilliseconds: try row.get(2)),
            validUntil: WallClock(unixMilliseconds: try row.get(3)))
    }

    /// In hexadecimal digits, which every publisher's program leaves as they are.
    private static func newKey() -> Secret<String> {
        var text: [UInt8] = []
        for byte in SecureRandom.bytes(self.keyByteCount) { HexText.append(UInt64(byte), digitCount: 2, to: &text) }
        return Secret(String(decoding: text, as: UTF8.self))
    }

    private static func hash(of key: String) -> [UInt8] { SHA256.hash(Array("stream-key|\(key)".utf8)) }
}
