internal import HTTPServer
internal import Postgres
internal import Primitives

/// Who follows which organizer.
package final class Follows: Sendable {
    /// As many as one member may follow.
    package static let countMax = 1000

    private let members: Members

    package init(members: Members) { self.members = members }

    /// Following twice is following. Throws `not-found` when there is no such organizer.
    package func follow(_ seller: Int64, as member: Int64) async throws {
        guard seller != member else { throw HTTPProblem.notFound }
        let database = self.members.database
        if try await database.run(FollowStatements.add, member, seller, Self.countMax).affectedCount == 1 { return }
        let state = try await database.run(FollowStatements.state, member, seller)
        guard let row = state.first, try row.get(0, as: Bool.self) else { throw HTTPProblem.notFound }
        guard try row.get(1, as: Bool.self) else { throw AuthProblems.tooManyFollowed }
    }

    /// Not following any more is no error either.
    package func unfollow(_ seller: Int64, as member: Int64) async throws {
        _ = try await self.members.database.run(FollowStatements.remove, member, seller)
    }

    package struct Followed: Sendable {
        package let id: Int64
        package let name: String
        package let followedAtMilliseconds: Int64
    }

    /// Whom a member follows, latest first.
    package func list(
        of member: Int64, after cursor: MemberCursor, countMax: Int
    ) async throws -> MemberPage<Followed> {
        let rows = try await self.members.database.run(
            FollowStatements.list, member, cursor.microseconds, cursor.id, countMax + 1)
        let vault = self.members.vault
        let items = try rows.prefix(countMax).map { row in
            let id: Int64 = try row.get(0)
            let (dataKey, sealed): ([UInt8], [UInt8]) = (try row.get(1), try row.get(2))
            var name = ""
            do throws(PersonalDataError) {
                name = try vault.person(id, dataKey: dataKey, name: sealed, email: nil).name
            } catch {
                self.members.metrics.noteUnreadable("member", of: id)
            }
            return Followed(
                id: id, name: name, followedAtMilliseconds: try row.get(3, as: Int64.self) / 1000)
        }
        guard rows.count > countMax, let last = rows.prefix(countMax).last else {
            return MemberPage(items: items, next: nil)
        }
        return MemberPage(items: items, next: MemberCursor(microseconds: try last.get(3), id: try last.get(0)))
    }
}
