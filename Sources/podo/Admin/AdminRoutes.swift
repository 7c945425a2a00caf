internal import HTTPServer
internal import Observability
internal import Primitives
internal import Reactor

/// What the admin listener answers: is the process alive, may it be sent work, how is it doing.
struct AdminRoutes: Sendable {
    /// How long a loop may take to answer before `/livez` calls it stuck.
    static let loopPatience = TimeAmount.seconds(2)

    let loaded: LoadedConfiguration
    let state: ServerState
    let loops: [EventLoop]
    let metrics: MetricsRegistry
    let connectionCount: @Sendable () -> Int

    var routes: [HTTPRoute] {
        let hosts = AdminHostRule(names: self.loaded.configuration.adminHosts)
        return [
            HTTPRoute(
                .get, "/livez", access: .anyone,
                .concurrent { request, _ in hosts.allows(request.authority) ? await self.live() : Self.wrongHost }),
            HTTPRoute(
                .get, "/readyz", access: .anyone,
                .immediate { request, _ in hosts.allows(request.authority) ? self.ready() : Self.wrongHost }),
            HTTPRoute(
                .get, "/metrics", access: .anyone,
                .immediate { request, _ in hosts.allows(request.authority) ? self.measured() : Self.wrongHost }),
            HTTPRoute(
                .get, "/statusz", access: .anyone,
                .immediate { request, _ in hosts.allows(request.authority) ? self.status() : Self.wrongHost }),
        ]
    }

    // MARK: Answers

    /// Every loop turns. Asks nothing outside of the process: a restart would not mend that.
    private func live() async -> HTTPResponse {
        let silent = await LoopPulse.silentLoops(of: self.loops, patience: Self.loopPatience)
        guard silent.isEmpty else {
            return Self.json(
                .serviceUnavailable,
                .object([("status", "stuck"), ("silentLoops", .list(silent.map(JSONValue.number)))]))
        }
        return Self.json(.ok, .object([("status", "ok"), ("loops", .number(self.loops.count))]))
    }

    private func ready() -> HTTPResponse {
        let phase = self.state.phase
        let isReady = phase == .running
        return Self.json(
            isReady ? .ok : .serviceUnavailable,
            .object([
                ("status", isReady ? "ready" : "not-ready"),
                ("checks", .object([("phase", .text("\(phase)"))])),
            ]))
    }

    private func measured() -> HTTPResponse {
        Self.response(.ok, self.metrics.prometheusText(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private func status() -> HTTPResponse {
        let settings = Setting.all.filter { !$0.isSecret }.map { setting in
            (setting.name, JSONValue.text(setting.text(self.loaded.configuration)))
        }
        let uptime = MonotonicTime.now - self.state.startedAt
        return Self.json(
            .ok,
            .object([
                ("version", .text(PodoVersion.text)),
                ("phase", .text("\(self.state.phase)")),
                ("uptimeSeconds", .number(Int(uptime.milliseconds / 1000))),
                ("loops", .number(self.loops.count)),
                ("connections", .number(self.connectionCount())),
                ("configuration", .object(settings)),
            ]))
    }

    private static var wrongHost: HTTPResponse {
        self.json(
            .misdirectedRequest,
            .object([
                ("type", "about:blank"), ("title", "This host name is not one of the admin listener's"),
                ("status", 421), ("code", "admin-host-unknown"),
                ("detail", "Use an address or localhost, or list the name in admin-hosts."),
            ]), type: "application/problem+json")
    }

    private static func json(
        _ status: HTTPStatus, _ value: JSONValue, type: StaticString = "application/json"
    ) -> HTTPResponse {
        self.response(status, value.encoded(), type: type)
    }

    private static func response(_ status: HTTPStatus, _ body: [UInt8], type: StaticString) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(HTTPFieldName("content-type"), type)
        fields.append(HTTPFieldName("cache-control"), "no-store" as StaticString)
        return HTTPResponse(status, fields: fields, body: .bytes(body))
    }
}
