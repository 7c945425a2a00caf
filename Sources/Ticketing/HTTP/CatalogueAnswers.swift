internal import Commerce
internal import HTTPServer
internal import Primitives

/// What clients of the catalogue are answered, but for concerts as they are shown.
struct MadeStage: JSONEncodable {
    let id: Int64

    func encode(to writer: inout JSONWriter) { writer.object { $0.member("stageId", self.id) } }
}

struct StageAnswer: JSONEncodable {
    let stage: Stage

    func encode(to writer: inout JSONWriter) {
        let layout = self.stage.layout
        writer.object { writer in
            writer.member("stageId", self.stage.id)
            writer.member("sellerId", self.stage.sellerID)
            writer.member("name", self.stage.name)
            writer.member("location", self.stage.location)
            writer.member("timeZone", self.stage.timeZone)
            layout.encodeHall(to: &writer)
            writer.member("blocked", layout.blocked)
            writer.member("version", self.stage.version)
        }
    }
}

struct MadeSchedule: JSONEncodable {
    let id: Int64
    let startsAt: WallClock

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("scheduleId", self.id)
            writer.member("startsAt", self.startsAt.rfc3339)
        }
    }
}

struct CanceledSchedule: JSONEncodable {
    let id: Int64

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("scheduleId", self.id)
            writer.member("status", "CANCELED")
        }
    }
}

struct MadeConcert: JSONEncodable {
    let id: Int64
    let schedules: [MadeSchedule]

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("concertId", self.id)
            writer.member("schedules", self.schedules)
        }
    }
}

struct ChangedConcert: JSONEncodable {
    let id: Int64
    let version: Int

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("concertId", self.id)
            writer.member("version", self.version)
        }
    }
}

struct MovedConcert: JSONEncodable {
    let id: Int64
    let status: ConcertStatus

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("concertId", self.id)
            writer.member("status", self.status.rawValue)
        }
    }
}

struct PosterAnswer: JSONEncodable {
    let concertID: Int64
    let digest: String

    /// Changes with the poster, so that pages show the new one at once.
    static func path(_ concert: Int64, _ digest: String) -> String {
        "\(CatalogueRoutes.prefix)/concert/\(concert)/poster?v=\(digest.prefix(8))"
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { $0.member("posterUrl", Self.path(self.concertID, self.digest)) }
    }
}

// MARK: Teams

struct FellowInput: JSONDecodable {
    let invited: Teams.Invited
    let role: TeamRole

    static var schemaName: String { "TeamMember" }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let email = json.string(
            "email", lengthMin: 3, lengthMax: 254, format: "email", isRequired: false,
            about: "The address of somebody who has an account.")
        let member = json.member("memberId", isRequired: false, about: "The same by number, instead of an address.")
        let role = json.choice("role", of: TeamRole.self)
        if email == nil, member == nil, json.errors.isEmpty { json.fail("email", "required", "an address or a number") }
        if email != nil, member != nil { json.fail("memberId", "contradiction", "an address or a number, not both") }
        let invited = email.map(Teams.Invited.email) ?? member.map(Teams.Invited.member)
        guard json.errors.isEmpty, let invited, let role else { throw json.failure }
        self.invited = invited
        self.role = role
    }
}

struct FellowAnswer: JSONEncodable {
    let fellow: Teams.Fellow

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("memberId", self.fellow.memberID)
            writer.member("name", self.fellow.name)
            writer.member("role", self.fellow.role.rawValue)
            writer.member("addedAt", self.fellow.addedAt.rfc3339)
        }
    }
}

/// A team as one who is in it sees it: whose it is, and what he is there for.
struct TeamAnswer: JSONEncodable {
    let seller: Teams.Fellow

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("sellerId", self.seller.memberID)
            writer.member("name", self.seller.name)
            writer.member("role", self.seller.role.rawValue)
            writer.member("addedAt", self.seller.addedAt.rfc3339)
        }
    }
}
