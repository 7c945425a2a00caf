internal import Auth
internal import Ticketing

/// Who watches, counted by tickets, as organizers are told of it.
struct CountedViewers: ViewerCounts {
    let sessions: PlaybackSessions

    func viewerCount(of schedule: Int64) -> Int { self.sessions.viewerCount(of: schedule) }
}
