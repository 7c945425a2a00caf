internal import Glibc
internal import Synchronization

/// Places at which a debug build dies when it was told to, so that a test can find out what the next process makes of
/// what was left half done. A release build has none of it, whatever its environment says.
///
/// `CRASH_AT=PLACE/NAME:2` ends the process by SIGKILL when it comes by for the second time; `CRASH_TRACE=1` writes
/// every place that it comes by to standard error. Places are those around what cannot be undone: commits, statements
/// that commit by themselves, and calls of payment companies.
package enum CrashPoint {
    /// Dies here, if that was asked for.
    package static func pass(_ place: StaticString, _ name: @autoclosure () -> String) {
        #if DEBUG
            if let plan = self.plan, plan.isReached(place, name()) { kill(getpid(), SIGKILL) }
        #endif
    }

    /// Whether what happens here is to seem not to have happened, as `CRASH_AT` says.
    package static func loses(_ place: StaticString, _ name: @autoclosure () -> String) -> Bool {
        #if DEBUG
            if let plan = self.plan { return plan.isReached(place, name()) }
        #endif
        return false
    }

    #if DEBUG
        private static let plan = Plan(at: Self.variable("CRASH_AT"), isTracing: Self.variable("CRASH_TRACE") != nil)

        private static func variable(_ name: String) -> String? {
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe String(cString: value)
        }

        private final class Plan: Sendable {
            private let point: String
            private let count: Int
            private let isTracing: Bool
            private let seenCount = Mutex(0)

            /// Nil when nothing was asked for.
            init?(at text: String?, isTracing: Bool) {
                guard text != nil || isTracing else { return nil }
                let parts = (text ?? "").split(separator: ":", maxSplits: 1)
                self.point = parts.first.map(String.init) ?? ""
                self.count = parts.count == 2 ? Int(parts[1]) ?? 1 : 1
                self.isTracing = isTracing
            }

            func isReached(_ place: StaticString, _ name: String) -> Bool {
                let point = "\(place)/\(name)"
                if self.isTracing {
                    let line = Array("crash point \(point)\n".utf8)
                    _ = unsafe write(STDERR_FILENO, line, line.count)
                }
                guard point == self.point else { return false }
                return self.seenCount.withLock { count in
                    count += 1
                    return count == self.count
                }
            }
        }
    #endif
}
