package import HTTPServer
package import Reactor

/// Serves all streams over HTTP: `/p/<pass>/index.m3u8` and everything that hangs below it by relative names.
package final class HLSDelivery: Sendable {
    /// One for each loop of the group, in its order.
    private let loops: [LoopDelivery]
    private let waiting: WaitingCounts

    /// Before the loops run.
    ///
    /// - Parameters:
    ///   - isShow: Whether a stream is a show's, which nobody is to see before that is said to have begun.
    ///   - knowsShows: All shows that have begun are told before anybody asks; without, `tellShowsAreKnown` says so.
    package init(
        board: SnapshotBoard, group: EventLoopGroup, gate: any PlaybackGate, promises: PlaylistPromises,
        limits: DeliveryLimits = DeliveryLimits(), recordings: Recordings? = nil, posters: Posters? = nil,
        isShow: @escaping @Sendable (_ stream: String) -> Bool = { _ in false }, knowsShows: Bool = true,
        metrics: HLSMetrics
    ) {
        let waiting = WaitingCounts(loopCount: group.loops.count)
        self.waiting = waiting
        self.loops = group.loops.enumerated().map { index, loop in
            LoopDelivery(
                shelf: board.shelf(index), loop: loop, gate: gate, promises: promises, limits: limits,
                recordings: recordings, posters: posters, isShow: isShow, knowsShows: knowsShows, metrics: metrics,
                waiting: waiting)
        }
    }

    /// Viewers of a stream whose players waited for its latest part when that came.
    package func waitingCount(of stream: String) -> Int { self.waiting[stream] }

    /// From any thread, in order for each caller; nil of a show that has not begun. How many streams are known so is
    /// for the caller to bound.
    package func setPhase(_ phase: ShowPhase?, of stream: String) {
        for delivery in self.loops { delivery.loop.execute { delivery.setPhase(phase, of: stream) } }
    }

    /// All shows that have begun were told: one of which nothing was said has not. From any thread.
    package func tellShowsAreKnown() {
        for delivery in self.loops { delivery.loop.execute { delivery.knowsShows = true } }
    }

    /// The process ends and nothing new will come: who waits is told to come back, and who would have to wait from now
    /// on as well. From any thread.
    package func stopWaiting() {
        for delivery in self.loops { delivery.loop.execute { delivery.stopWaiting() } }
    }

    /// Passes of these holders may have been taken back: who waits with one is not kept waiting. On the loop.
    package func review(_ holders: [Int64], on loop: EventLoop) { self.loops[loop.index].review(holders) }

    package var routes: [HTTPRoute] {
        [
            HTTPRoute(
                .get, "/p/{pass}/{name...}", access: .anyone, isOpenToAllOrigins: true,
                .deferred { request, parameters, responder in
                    guard let pass = parameters.bytes("pass"), let name = parameters.bytes("name") else {
                        return HTTPProblem.notFound.mediaResponse(for: request)
                    }
                    return self.loops[responder.loop.index].answer(request, pass: pass, path: name, responder)
                }),
            HTTPRoute(
                .get, "/p/{pass}/check/{name...}", access: .anyone,
                .deferred { request, parameters, responder in
                    guard let pass = parameters.bytes("pass"), let name = parameters.bytes("name") else {
                        return HTTPProblem.notFound.mediaResponse(for: request)
                    }
                    return self.loops[responder.loop.index].check(request, pass: pass, path: name)
                }),
        ]
    }
}
