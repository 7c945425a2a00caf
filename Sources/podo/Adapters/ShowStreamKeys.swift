internal import Auth
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives
internal import Ticketing

/// Keys of shows' streams, made and kept with those of members.
struct ShowStreamKeys: ShowKeys {
    let keys: StreamKeys

    func issue(
        _ schedule: Int64, seller: Int64, from: WallClock, until: WallClock, actor: String
    ) async throws -> Secret<String> {
        let issue = StreamKeyIssue(
            stream: ShowStream.name(of: schedule), schedule: schedule, owner: seller, validFrom: from,
            validUntil: until)
        guard let issue else { throw HTTPProblem.internalError }
        return try await self.keys.issue(issue, actor: actor)
    }

    func revoke(_ schedule: Int64, seller: Int64, actor: String) async throws -> Bool {
        try await self.keys.revoke(stream: ShowStream.name(of: schedule), owner: seller, actor: actor)
    }

    func move(
        _ schedule: Int64, seller: Int64, from: WallClock, until: WallClock, in transaction: PostgresTransaction
    ) async throws {
        try await self.keys.move(
            stream: ShowStream.name(of: schedule), owner: seller, from: from, until: until, in: transaction)
    }
}
