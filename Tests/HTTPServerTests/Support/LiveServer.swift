import Observability
import Primitives
import Reactor
import TestSupport

@testable import HTTPServer

/// A front end on real loops and a free loopback port.
final class LiveServer: Sendable {
    let group: EventLoopGroup
    let frontend: HTTPFrontend
    let metrics: MetricsRegistry
    private let listener: Listener

    var port: UInt16 { self.listener.address.port }

    init(
        routes: [HTTPRoute], limits: HTTPLimits = HTTPLimits(), loopCount: Int = 1, security: TLSContext? = nil,
        authorizer: any HTTPAuthorizer = HTTPRefusingAuthorizer(), proxies: TrustedProxies = TrustedProxies(),
        log: Log = Log(level: .error)
    ) throws {
        self.group = try EventLoopGroup(loopCount: loopCount)
        self.metrics = MetricsRegistry(loopCount: loopCount)
        self.frontend = HTTPFrontend(
            name: "test", application: try HTTPApplication(routes: routes, authorizer: authorizer), group: self.group,
            limits: limits, proxies: proxies, metrics: self.metrics, log: log)
        self.listener = try Listener(.loopback(port: 0))
        self.group.start()
        self.frontend.listen(self.listener, security: security)
    }

    deinit { self.group.stop() }

    /// The value of a metric's line that begins with `prefix`.
    func metric(_ prefix: String) -> Int? {
        let text = String(decoding: self.metrics.prometheusText(), as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix(prefix) }
            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    }

    /// Looks at a condition of other threads until it holds; false when it does not within ten seconds.
    func eventually(_ condition: () -> Bool) -> Bool {
        let end = MonotonicTime.now + .seconds(10)
        while !condition() { if MonotonicTime.now > end { return false } }
        return true
    }
}

extension TestClient {
    /// Sends a request and reads one answer with a known length, or to the end.
    func exchange(_ request: String) throws -> String {
        try self.send(request)
        return try self.receiveAnswer()
    }

    func receiveAnswer() throws -> String {
        var text = ""
        while !text.contains("\r\n\r\n") {
            let some = try self.receive(1)
            if some.isEmpty { return text }
            text += String(decoding: some, as: UTF8.self)
        }
        let length = text.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
            .flatMap { Int($0.dropFirst(16)) }
        let body = try length.map { try self.receiveExactly($0) } ?? self.receiveToEnd()
        return text + String(decoding: body, as: UTF8.self)
    }
}
