import Foundation
import HTTPServer
import Observability
import Primitives
import Reactor
import Synchronization
import Testing

@testable import HLSPackager

/// Delivery on a real loop, without sockets: requests go through the application, answers come to a `Viewer`.
final class DeliveryRig: Sendable {
    let group: EventLoopGroup
    let registry = MetricsRegistry(loopCount: 1)
    let delivery: HLSDelivery
    let application: HTTPApplication
    let gate = PassGate()
    private let board: SnapshotBoard
    private let limits: HLSLimits

    /// Parts of a second, segments of two: the target duration is 4 s.
    init(
        _ limits: DeliveryLimits = DeliveryLimits(), windowSegmentCount: Int = 12, keySegmentCount: Int? = nil,
        recordings: Recordings? = nil, posters: Posters? = nil,
        isShow: @escaping @Sendable (String) -> Bool = { _ in false }, knowsShows: Bool = true
    ) throws {
        var streamLimits = HLSLimits()
        streamLimits.partTime = .milliseconds(1000)
        streamLimits.windowSegmentCount = windowSegmentCount
        streamLimits.keySegmentCount = keySegmentCount
        self.limits = streamLimits
        self.group = try EventLoopGroup(loopCount: 1)
        let metrics = HLSMetrics(registry: self.registry)
        self.board = SnapshotBoard(loops: self.group.loops, metrics: metrics)
        self.delivery = HLSDelivery(
            board: self.board, group: self.group, gate: self.gate, promises: PlaylistPromises(streamLimits),
            limits: limits, recordings: recordings, posters: posters, isShow: isShow, knowsShows: knowsShows,
            metrics: metrics)
        self.application = try HTTPApplication(routes: self.delivery.routes)
        self.group.start()
    }

    deinit { self.group.stop() }

    func show(_ name: String = "show") -> WrittenShow {
        let board = self.board
        return WrittenShow(limits: self.limits) { board.publish($0, of: name) }
    }

    /// After everything that was handed to the loop before.
    func onLoop<Result>(_ body: @escaping () -> Result) -> Result {
        let call = LoopCall(body)
        self.group.loops[0].execute { call.run() }
        return call.wait()
    }

    /// - Parameter name: With its query; below `/p/<pass>/`.
    func ask(
        _ name: String, _ fields: [(String, String)] = [], method: HTTPMethod = .get, pass: String = "show"
    ) throws -> Viewer {
        let viewer = try self.prepare(name, fields, method: method, pass: pass)
        self.onLoop { viewer.ask() }
        return viewer
    }

    /// One that has not asked yet.
    func prepare(
        _ name: String, _ fields: [(String, String)] = [], method: HTTPMethod = .get, pass: String = "show"
    ) throws -> Viewer {
        Viewer(self, try Self.request(method, "/p/\(pass)/\(name)", fields))
    }

    /// The body of what is there at once.
    func text(_ name: String) throws -> String { try #require(try self.ask(name).text) }

    private static func request(
        _ method: HTTPMethod, _ target: String, _ fields: [(String, String)]
    ) throws -> HTTPRequest {
        var list = HTTPFields()
        for (name, value) in fields { try list.append(name: Array(name.utf8).span, value: Array(value.utf8).span) }
        let bytes = Array(target.utf8)
        return HTTPRequest(
            method: method, version: .http1_1, target: bytes,
            pathCount: bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count, authority: Array("localhost".utf8),
            fields: list)
    }

    /// The value of a metric's line that begins with this.
    func metric(_ prefix: String) -> Int? {
        let text = String(decoding: self.registry.prometheusText(), as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix(prefix) }
            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    }

    func waits(_ outcome: String) -> Int? { self.metric("podo_hls_waits_total{outcome=\"\(outcome)\"}") }

    /// Waits for a condition of the loop; false when it does not hold within ten seconds.
    func eventually(_ condition: @escaping () -> Bool) -> Bool {
        let end = MonotonicTime.now + .seconds(10)
        while !self.onLoop(condition) {
            if MonotonicTime.now > end { return false }
            usleep(2000)
        }
        return true
    }

    private final class LoopCall<Result>: @unchecked Sendable {
        // SAFETY: `result` is written before the semaphore is signalled, and read after.
        private let body: () -> Result
        private var result: Result?
        private let done = DispatchSemaphore(value: 0)

        init(_ body: @escaping () -> Result) { self.body = body }

        func run() {
            self.result = self.body()
            self.done.signal()
        }

        func wait() -> Result {
            self.done.wait()
            return self.result!
        }
    }
}

/// Lets everybody in whose pass was not withdrawn; a pass is the name of a stream, or that with `-2` behind it, or
/// `pass` for the stream of `RecordingRig`. Behind an `@` may stand a height that pictures are bounded to, and behind
/// another that there is no replay; or `preview`.
final class PassGate: PlaybackGate {
    private let withdrawn = Mutex<Set<String>>([])
    /// What it was asked for, in order.
    private let asked = Mutex<[String]>([])
    static let problem = HTTPProblem(.forbidden, code: "pass-withdrawn", detail: "Ask for another.")

    /// What it was asked for since the last time.
    func uses() -> [String] {
        self.asked.withLock { uses in
            defer { uses = [] }
            return uses
        }
    }

    func withdraw(_ pass: String) { self.withdrawn.withLock { _ = $0.insert(pass) } }

    func giveBack(_ pass: String) { self.withdrawn.withLock { _ = $0.remove(pass) } }

    func admit(
        _ pass: ArraySlice<UInt8>, for use: PlaybackUse, from peer: SocketAddress?, on loop: EventLoop
    ) -> PlaybackAdmission {
        self.asked.withLock { $0.append(Self.word(use)) }
        let name = String(decoding: pass, as: UTF8.self)
        guard !self.withdrawn.withLock({ $0.contains(name) }) else { return .refused(Self.problem) }
        let words = name.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        if words.count > 1 {
            let quality = PlaybackQuality(
                heightMax: Int(words[1]), hasReplay: words.count < 3, isPreview: words[1] == "preview")
            return .admitted(stream: words[0] == "pass" ? "Show 1" : words[0], quality: quality)
        }
        if name == "pass" { return .admitted(stream: "Show 1") }
        return .admitted(stream: name.hasSuffix("-2") ? String(name.dropLast(2)) : name)
    }

    /// Every pass is somebody's of his own.
    static func holder(_ pass: String) -> Int64 { pass.utf8.reduce(7) { $0 &* 31 &+ Int64($1) } }

    func holder(of pass: ArraySlice<UInt8>, on loop: EventLoop) -> Int64? {
        Self.holder(String(decoding: pass, as: UTF8.self))
    }

    private static func word(_ use: PlaybackUse) -> String {
        switch use {
        case .playlist: "playlist"
        case .media(let time): "media \(time.milliseconds)"
        case .checked(let time): "checked \(time.milliseconds)"
        case .fetched(let time): "fetched \(time.milliseconds)"
        case .other: "other"
        case .again: "again"
        }
    }
}
