internal import Synchronization

/// A place for log lines that a test reads back. It takes `lineCountMax` of them and forgets the rest.
package final class LogMemory: Sendable {
    package static let lineCountMax = 10_000
    private let state = Mutex<[String]>([])

    package init() {}

    /// The lines written so far, without their line feeds.
    package var lines: [String] { self.state.withLock { $0 } }

    func append(_ line: [UInt8]) {
        self.state.withLock { lines in
            guard lines.count < Self.lineCountMax else { return }
            lines.append(String(decoding: line.dropLast(), as: UTF8.self))
        }
    }
}
