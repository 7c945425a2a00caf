internal import HLSPackager
internal import Primitives
internal import RTMPIngest
internal import Reactor
internal import Synchronization
internal import Ticketing

/// What publishers do, told to shows, and whether shows let them.
struct ShowPublishing: PublishObserver {
    let shows: LiveShows
    let streams: PackagedStreams
    let log: StreamLog

    /// One that is stalled shows nothing.
    func observe(_ event: PublishEvent) {
        self.log.observe(event)
        guard let stream = event.stream, let schedule = ShowStream.schedule(of: stream) else { return }
        switch event.what {
        case .started, .resumed: self.shows.publishing(schedule, by: event.peer.description, isOn: true)
        case .stalled: self.shows.publishing(schedule, by: event.peer.description, isOn: false)
        case .stopped:
            self.shows.publishing(schedule, by: event.peer.description, isOn: false)
            if self.shows.known(schedule)?.live.state == .ended { self.streams.endIfAbandoned(stream) }
        case .refused, .advice: break
        }
    }

    /// What the authorizer asks.
    static func refusal(of shows: LiveShows) -> @Sendable (_ stream: String) -> PublishRefusal? {
        { stream in
            guard let show = ShowStream.schedule(of: stream).flatMap(shows.known) else { return nil }
            if show.isCanceled { return Self.canceled }
            return show.live.state == .ended ? Self.ended : nil
        }
    }

    /// Whether the publisher of a stream is waited for: its show goes on, and was not to have ended yet; or nobody
    /// knows of any show how far it is.
    static func isAwaited(by shows: LiveShows) -> @Sendable (_ stream: String) -> Bool {
        { stream in
            guard let schedule = ShowStream.schedule(of: stream) else { return false }
            return shows.known(schedule)?.isAwaited(at: .now) ?? !shows.areRead
        }
    }

    private static let ended = PublishRefusal(
        .denied, label: "show-ended", "This show has ended. Open it again on its page to go on.")
    private static let canceled = PublishRefusal(.denied, label: "show-canceled", "This show was canceled.")
}

/// How far shows are, told to who serves their streams.
final class ShowPhases: Sendable {
    private let shows: LiveShows
    private let delivery: HLSDelivery
    private let streams: PackagedStreams
    /// Held from looking at a show to handing on what it is: of two that are told at once, the later one comes last.
    private let order = Mutex(())

    /// Follows shows from now on.
    init(of shows: LiveShows, delivery: HLSDelivery, streams: PackagedStreams) {
        self.shows = shows
        self.delivery = delivery
        self.streams = streams
        shows.observe { self.tell($0) }
        shows.whenRead { delivery.tellShowsAreKnown() }
    }

    private func tell(_ told: LiveShow) {
        let name = ShowStream.name(of: told.schedule)
        let phase = self.order.withLock { _ in
            let phase = (self.shows.known(told.schedule) ?? told).phase
            self.delivery.setPhase(phase, of: name)
            return phase
        }
        switch phase {
        case nil: break
        case .live(let since)?: self.streams.beginShow(name, since: since)
        case .ended?: self.streams.endIfAbandoned(name)
        }
    }
}

extension LiveShow {
    /// Nil before it has begun.
    fileprivate var phase: ShowPhase? {
        guard let since = self.live.startedAt else { return nil }
        return switch self.live.state {
        case .scheduled: nil
        case .live: .live(since: since)
        case .ended: .ended(since: since, replayUntil: self.replayUntil)
        }
    }
}
