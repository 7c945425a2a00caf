package import Primitives
package import Reactor

/// The clocks and the timer of the loop that a packager lives on; tests have their own.
package struct PackagerEnvironment {
    package var now: () -> MonotonicTime
    package var wallClock: () -> WallClock
    /// Calls once, later, on the loop.
    package var after: (TimeAmount, @escaping () -> Void) -> Void

    package init(
        now: @escaping () -> MonotonicTime, wallClock: @escaping () -> WallClock,
        after: @escaping (TimeAmount, @escaping () -> Void) -> Void
    ) {
        self.now = now
        self.wallClock = wallClock
        self.after = after
    }

    package static func on(_ loop: EventLoop) -> PackagerEnvironment {
        PackagerEnvironment(
            now: { loop.now }, wallClock: { .now },
            after: { time, call in _ = loop.schedule(at: loop.now + time, call) })
    }
}
