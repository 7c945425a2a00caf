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
    var replay: ReplayDraft?
    /// How long before the start the doors open; nil is as long as they mostly do.
    var doorsMinutes: Int?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let startsAt = json.time("startsAt")
        let endsAt = json.time("endsAt", isRequired: false, about: "As long after the start as the concert takes.")
        let timeZone = json.timeZone("timeZone", about: "That of the stage by itself.")
        self.replay = json.replay()
        self.doorsMinutes = json.doorsMinutes()
        guard let startsAt else { throw json.failure }
        (self.startsAt, self.endsAt, self.timeZone) = (startsAt, endsAt, timeZone)
        if let endsAt {
            let time = endsAt.unixMilliseconds - startsAt.unixMilliseconds
            if !(1...CatalogueLimits.showTimeMaxMilliseconds).contains(time) {
                json.fail("endsAt", "out-of-range", "after the start, within 14 days")
            }
        }
        if case .until(let replayUntil)? = self.replay, replayUntil <= endsAt ?? startsAt {
            json.fail("replayUntil", "out-of-range", "after the end")
        }
    }

    func end(runtimeMinutes: Int) -> WallClock {
        self.endsAt ?? WallClock(unixMilliseconds: self.startsAt.unixMilliseconds + Int64(runtimeMinutes) * 60_000)
    }
}
