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
        let items = try rows.prefix(countMax).map { row in
            let id: Int64 = try row.get(0)
            let name = self.name(of: id, dataKey: try row.get(1), sealed: try row.get(2))
            return Followed(
                id: id, name: name, followedAtMilliseconds: try row.get(3, as: Int64.self) / 1000)
        }
        guard rows.count > countMax, let last = rows.prefix(countMax).last else {
            return MemberPage(items: items, next: nil)
        }
        return MemberPage(items: items, next: MemberCursor(microseconds: try last.get(3), id: try last.get(0)))
    }

    /// Empty where it cannot be read any more.
    private func name(of id: Int64, dataKey: [UInt8], sealed: [UInt8]) -> String {
        do throws(PersonalDataError) {
            return try self.members.vault.person(id, dataKey: dataKey, name: sealed, email: nil).name
        } catch {
            self.members.metrics.noteUnreadable("member", of: id)
            return ""
        }
    }

    // MARK: Organizers

    /// Who sells a show, as everybody may see him.
    package struct Organizer: Sendable {
        package let id: Int64
        package let name: String
        package let isFollowed: Bool
    }

    /// `member` is who looks, where that is known. Throws `not-found` when there is no such organizer.
    package func organizer(_ seller: Int64, seenBy member: Int64?) async throws -> Organizer {
        let rows = try await self.members.database.run(FollowStatements.organizer, seller, member)
        guard let row = rows.first else { throw HTTPProblem.notFound }
        let name = self.name(of: seller, dataKey: try row.get(0), sealed: try row.get(1))
        return Organizer(id: seller, name: name, isFollowed: try row.get(2))
    }
}
