internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives
internal import RTMPIngest
internal import Reactor

/// What the admin listener answers: is the process alive, may it be sent work, how is it doing.
struct AdminRoutes: Sendable {
    /// How long a loop may take to answer before `/livez` calls it stuck.
    static let loopPatience = TimeAmount.seconds(2)

    let loaded: LoadedConfiguration
    let state: ServerState
    let loops: [EventLoop]
    let metrics: MetricsRegistry
    /// Where metrics are put together: some are read from `/proc`, which may take milliseconds.
    let pool: BlockingPool
    let connectionCount: @Sendable () -> Int
    let streams: @Sendable () -> [LiveStream]
    let watchable: @Sendable () -> [WatchableStream]
    /// Viewers of a stream whose players wait for its next part.
    let waitingCount: @Sendable (_ stream: String) -> Int
    let database: @Sendable () -> DatabaseReport

    var routes: [HTTPRoute] {
        [
            self.route("/livez", .concurrent { _, _ in await self.live() }),
            self.route("/readyz", .immediate { _, _ in self.ready() }),
            self.route("/metrics", .concurrent { _, _ in try await self.measured() }),
            self.route("/statusz", .immediate { _, _ in self.status() }),
        ]
    }

    /// Puts the rule about host names before a handler.
    private func route(_ path: String, _ handler: HTTPHandler) -> HTTPRoute {
        let hosts = AdminHostRule(names: self.loaded.configuration.adminHosts)
        let guarded: HTTPHandler =
            switch handler {
            case .immediate(let answer):
                .immediate { request, parameters in
                    guard hosts.allows(request.authority) else { return Self.hostUnknown.response(for: request) }
                    return answer(request, parameters)
                }
            case .deferred(let answer):
                .deferred { request, parameters, responder in
                    guard hosts.allows(request.authority) else { return Self.hostUnknown.response(for: request) }
                    return answer(request, parameters, responder)
                }
            case .concurrent(let answer):
                .concurrent { request, parameters in
                    guard hosts.allows(request.authority) else { throw Self.hostUnknown }
                    return try await answer(request, parameters)
                }
            }
        return HTTPRoute(.get, path, access: .anyone, guarded)
    }

    private static let hostUnknown = HTTPProblem(
        .misdirectedRequest, code: "admin-host-unknown",
        detail: "Use an address or localhost, or list the name in admin-hosts.")

    // MARK: Answers

    /// Every loop turns. Asks nothing outside of the process: a restart would not mend that.
    private func live() async -> HTTPResponse {
        let silent = await LoopPulse.silentLoops(of: self.loops, patience: Self.loopPatience)
        return Self.json(silent.isEmpty ? .ok : .serviceUnavailable) { writer in
            writer.member("status", silent.isEmpty ? "ok" : "stuck")
            writer.member("loops", self.loops.count)
            if !silent.isEmpty { writer.member("silentLoops", silent) }
        }
    }

    /// Without its database Podo is degraded, and still the one to send viewers to: streams go on.
    private func ready() -> HTTPResponse {
        let phase = self.state.phase
        let database = self.database().health.state
        let isReady = phase == .running
        return Self.json(isReady ? .ok : .serviceUnavailable) { writer in
            writer.member("status", !isReady ? "not-ready" : database == .up ? "ready" : "degraded")
            writer.name("checks" as StaticString)
            writer.object { writer in
                writer.member("phase", "\(phase)")
                writer.member("database", database.rawValue)
            }
        }
    }

    private func measured() async throws -> HTTPResponse {
        let text = try await self.pool.run { [metrics] in metrics.prometheusText() }
        return Self.response(.ok, text, type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private func status() -> HTTPResponse {
        let uptime = MonotonicTime.now - self.state.startedAt
        return Self.json(.ok) { writer in
            writer.member("version", PodoVersion.text)
            writer.member("phase", "\(self.state.phase)")
            writer.member("uptimeSeconds", Int(uptime.milliseconds / 1000))
            writer.member("loops", self.loops.count)
            writer.member("connections", self.connectionCount())
            writer.name("database" as StaticString)
            writer.object { self.database().write(to: &$0) }
            writer.name("streams" as StaticString)
            writer.array { writer in
                for stream in self.streams() { writer.object { Self.write(stream, to: &$0) } }
            }
            writer.name("packaging" as StaticString)
            writer.array { writer in
                for stream in self.watchable() {
                    writer.object { stream.write(waitingCount: self.waitingCount(stream.name), to: &$0) }
                }
            }
            writer.name("configuration" as StaticString)
            writer.object { writer in
                for setting in Setting.all where !setting.isSecret {
                    writer.name(setting.name)
                    writer.string(setting.text(self.loaded.configuration))
                }
            }
        }
    }

    private static func write(_ stream: LiveStream, to writer: inout JSONWriter) {
        let health = stream.health
        writer.member("stream", stream.stream)
        writer.member("peer", stream.peer.description)
        writer.member("publishingSeconds", Int((MonotonicTime.now - stream.startedAt).milliseconds / 1000))
        writer.member("videoBitsPerSecond", health.videoBitsPerSecond)
        writer.member("audioBitsPerSecond", health.audioBitsPerSecond)
        writer.member("framesPerSecond", health.framesPerSecond)
        writer.member("keyframeIntervalSeconds", health.keyframeIntervalSeconds)
        writer.member("jitterSeconds", health.jitterSeconds)
        writer.member("audioOffsetSeconds", health.audioOffsetSeconds)
        writer.member("droppedUnits", health.droppedUnitCount)
        writer.member("clampedUnits", health.clampedUnitCount)
        writer.member("gaps", health.gapCount)
        writer.member("timelines", health.timelineCount)
    }

    private static func json(_ status: HTTPStatus, _ members: (inout JSONWriter) -> Void) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object(members)
        return self.response(status, writer.bytes, type: "application/json")
    }

    private static func response(_ status: HTTPStatus, _ body: [UInt8], type: StaticString) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, type)
        fields.append(.cacheControl, "no-store")
        return HTTPResponse(status, fields: fields, body: .bytes(body))
    }
}
