internal import Glibc

/// The loops of the process, one thread each.
package final class EventLoopGroup: Sendable {
    package let loops: [EventLoop]

    package init(loopCount: Int) throws(SystemError) {
        precondition(loopCount > 0, "a group has a loop")
        var loops: [EventLoop] = []
        for index in 0..<loopCount { loops.append(try EventLoop(index: index)) }
        self.loops = loops
    }

    /// Starts every loop on a thread of its own.
    package func start() {
        for loop in self.loops {
            Thread.start { loop.run() }
        }
    }

    package func stop() {
        for loop in self.loops { loop.stop() }
    }
}

/// A detached pthread that runs a closure.
package enum Thread {
    package static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let boxed = Unmanaged.passRetained(Box(body))
        let result = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, boxed.toOpaque())
        precondition(result == 0, "the system has no thread left")
        pthread_detach(thread)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
