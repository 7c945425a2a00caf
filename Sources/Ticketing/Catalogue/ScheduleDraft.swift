internal import Commerce
internal import HTTPServer
internal import Primitives

/// A performance as somebody describes it.
struct ScheduleDraft: JSONDecodable, Equatable, Sendable {
    var startsAt: WallClock
    /// Nil is as long after the start as the concert takes.
    var endsAt: WallClock?
    /// Nil is the stage's.
    var timeZone: String?
    /// Until when the recording can be seen; nil is not at all.
    var replayUntil: WallClock?

    init(startsAt: WallClock, endsAt: WallClock? = nil, timeZone: String? = nil, replayUntil: WallClock? = nil) {
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.timeZone = timeZone
        self.replayUntil = replayUntil
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let startsAt = json.time("startsAt")
        let endsAt = json.time("endsAt", isRequired: false, about: "As long after the start as the concert takes.")
        let timeZone = json.timeZone("timeZone", about: "That of the stage by itself.")
        let replayUntil = json.time(
            "replayUntil", isRequired: false, about: "Until when the recording can be seen by ticket holders.")
        guard let startsAt else { throw json.failure }
        self.init(startsAt: startsAt, endsAt: endsAt, timeZone: timeZone, replayUntil: replayUntil)
        if let endsAt {
            let time = endsAt.unixMilliseconds - startsAt.unixMilliseconds
            if !(1...CatalogueLimits.showTimeMaxMilliseconds).contains(time) {
                json.fail("endsAt", "out-of-range", "after the start, within 14 days")
            }
        }
        if let replayUntil, replayUntil <= endsAt ?? startsAt {
            json.fail("replayUntil", "out-of-range", "after the end")
        }
    }

    func end(runtimeMinutes: Int) -> WallClock {
        self.endsAt ?? WallClock(unixMilliseconds: self.startsAt.unixMilliseconds + Int64(runtimeMinutes) * 60_000)
    }
}
