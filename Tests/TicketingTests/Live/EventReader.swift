import HTTPServer
import Reactor
import Synchronization
import Testing

/// A client of server-sent events without a socket: used on its loop, but for what it has read.
final class EventReader: @unchecked Sendable {
    // SAFETY: `writer` and `hasRoom` are touched on the loop only, what was read is locked.
    private var writer: HTTPStreamWriter?
    private var hasRoom = true
    private let text = Mutex("")

    init(on loop: EventLoop) {
        self.writer = HTTPStreamWriter(
            loop: loop,
            transport: HTTPStreamWriter.Transport(
                write: { [unowned self] bytes in
                    guard self.hasRoom else { return .full }
                    self.text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
                    return .queued
                }, finish: {}, abort: {}))
    }

    /// Names of the events so far.
    var names: [String] { self.lines("event: ") }

    var data: [String] { self.lines("data: ") }

    private func lines(_ prefix: String) -> [String] {
        self.text.withLock { text in
            text.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        }
    }

    func begin(_ response: HTTPResponse) {
        guard case .stream(let produce) = response.body, let writer = self.writer else {
            Issue.record("is no stream")
            return
        }
        produce(writer)
    }

    func setRoom(_ hasRoom: Bool) {
        self.hasRoom = hasRoom
        if hasRoom { self.writer?.transportDrained() }
    }

    func leave() {
        self.writer?.transportClosed()
        self.writer = nil
    }
}
