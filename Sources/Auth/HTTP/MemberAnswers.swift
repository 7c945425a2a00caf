internal import HTTPServer
internal import Observability
internal import Primitives

/// What clients are answered.
struct SignUpAnswer: JSONEncodable {
    let id: Int64
    let role: MemberRole

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("memberId", self.id)
            writer.member("role", self.role.rawValue)
        }
    }
}

/// With tokens for programs; without them for pages, which have them as cookies.
struct SignInAnswer: JSONEncodable {
    let signedIn: SignedIn
    let hasTokens: Bool

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            if self.hasTokens {
                writer.member("accessToken", self.signedIn.accessToken.reveal())
                writer.member("refreshToken", self.signedIn.refreshToken.reveal())
                writer.member("tokenType", "Bearer")
            }
            writer.member("expiresIn", AuthProblems.seconds(self.signedIn.accessTime))
            writer.member("memberId", self.signedIn.member)
            writer.member("role", self.signedIn.role.rawValue)
        }
    }
}

/// A member as he sees himself.
struct ProfileAnswer: JSONEncodable {
    let profile: MemberProfile

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("memberId", self.profile.id)
            writer.member("name", self.profile.name)
            writer.member("email", self.profile.email)
            writer.member("emailVerified", self.profile.isEmailVerified)
            writer.member("role", self.profile.role.rawValue)
            writer.member("hasPassword", self.profile.hasPassword)
            writer.member("createdAt", self.profile.createdAt.rfc3339)
        }
    }
}

/// A member as a manager sees him.
struct ListedMember: JSONEncodable {
    let profile: MemberProfile

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("memberId", self.profile.id)
            writer.member("name", self.profile.name)
            writer.member("email", self.profile.email)
            writer.member("emailVerified", self.profile.isEmailVerified)
            writer.member("role", self.profile.role.rawValue)
            writer.member("status", self.profile.isLocked ? "LOCKED" : "ACTIVE")
            writer.member("createdAt", self.profile.createdAt.rfc3339)
        }
    }
}

struct FollowedSeller: JSONEncodable {
    let followed: Follows.Followed

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("memberId", self.followed.id)
            writer.member("name", self.followed.name)
            writer.member("followedAt", WallClock(unixMilliseconds: self.followed.followedAtMilliseconds).rfc3339)
        }
    }
}

struct OrganizerAnswer: JSONEncodable {
    let organizer: Follows.Organizer

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("memberId", self.organizer.id)
            writer.member("name", self.organizer.name)
            writer.member("followed", self.organizer.isFollowed)
        }
    }
}

/// A page of a list.
struct PageAnswer<Item: JSONEncodable>: JSONEncodable {
    let items: [Item]
    let next: MemberCursor?

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("items", self.items)
            writer.member("nextCursor", self.next?.text)
        }
    }
}
