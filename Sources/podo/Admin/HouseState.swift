internal import HTTPServer
internal import Payments
internal import Postgres
internal import Primitives

/// How the house is, as managers look at it without a terminal: whether what it depends on is there, and whether what
/// must hold of seats and money does.
struct HouseState: JSONEncodable {
    struct Dependency: Equatable, Sendable {
        enum State: String, CaseIterable, Sendable {
            case up = "UP"
            case away = "AWAY"
            /// It was not asked yet.
            case unknown = "UNKNOWN"
        }

        var name: String
        /// `DATABASE` or `PAYMENTS`.
        var kind: String
        var state: State
        var reason: String?
        /// Since when it is so, or when it was last asked.
        var at: WallClock?
    }

    var at: WallClock
    var uptimeSeconds: Int
    var dependencies: [Dependency]
    var rules: [RuleFindings.Finding]

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("at", self.at.rfc3339)
            writer.member("version", PodoVersion.text)
            writer.member("uptimeSeconds", self.uptimeSeconds)
            writer.name("dependencies")
            writer.array { writer in
                for dependency in self.dependencies {
                    writer.object { writer in
                        writer.member("name", dependency.name)
                        writer.member("kind", dependency.kind)
                        writer.member("state", dependency.state.rawValue)
                        writer.member("reason", dependency.reason)
                        writer.member("at", dependency.at?.rfc3339)
                    }
                }
            }
            writer.name("rules")
            writer.array { writer in
                for rule in self.rules {
                    writer.object { writer in
                        writer.member("name", rule.name)
                        writer.member("area", rule.area)
                        writer.member("violations", rule.count)
                        writer.member("lookedAt", rule.lookedAt?.rfc3339)
                    }
                }
            }
        }
    }

    static let examples: [HouseState] = {
        let time = WallClock(unixMilliseconds: 1_795_910_400_000)
        let rules = [
            RuleFindings.Finding(name: "seat-claimed-twice", area: "seats", count: 0, lookedAt: time),
            RuleFindings.Finding(name: "journals-balance", area: "money"),
        ]
        let dependencies = [
            Dependency(name: "postgresql", kind: "DATABASE", state: .up, at: time),
            Dependency(name: "toss", kind: "PAYMENTS", state: .away, reason: "timed-out", at: time),
            Dependency(name: "stripe", kind: "PAYMENTS", state: .unknown),
        ]
        return [HouseState(at: time, uptimeSeconds: 86_400, dependencies: dependencies, rules: rules)]
    }()
}

/// Puts it together from what each part knows; asks nothing of anybody.
struct HouseService: Sendable {
    let startedAt: MonotonicTime
    let database: @Sendable () -> DatabaseHealth
    let companies: [GatewayPulse]
    let rules: RuleFindings

    func state(now: WallClock = .now, monotonic: MonotonicTime = .now) -> HouseState {
        let health = self.database()
        let since = WallClock(
            unixMilliseconds: now.unixMilliseconds &- (monotonic - health.since).milliseconds)
        let database = HouseState.Dependency(
            name: "postgresql", kind: "DATABASE", state: health.state == .up ? .up : .away, reason: health.reason,
            at: since)
        let companies = self.companies.map { company in
            let last = company.last
            let isAnswering = last.isAnswering
            return HouseState.Dependency(
                name: company.name, kind: "PAYMENTS",
                state: isAnswering == nil ? .unknown : isAnswering == true ? .up : .away,
                reason: isAnswering == false ? last.reason : nil,
                at: isAnswering == false ? last.silentAt : last.answeredAt)
        }
        return HouseState(
            at: now, uptimeSeconds: Int((monotonic - self.startedAt).milliseconds / 1000),
            dependencies: [database] + companies, rules: self.rules.all)
    }
}

/// Its route. It is answered when the database is away too.
enum HouseRoutes {
    static var table: [HTTPServiceRoute<HouseService>] {
        [
            HTTPServiceRoute(
                .get, "/api/v1/admin/state", access: .manager,
                HTTPRouteDescription(
                    "How the house is", korean: "시스템 상태 조회", tag: "watching",
                    details: HTTPWording(
                        "What this node depends on, and what must hold of seats and money: violations above 0 are "
                            + "for people to look at. A rule is looked at every five minutes or less often.",
                        korean: "이 노드가 의존하는 시스템과 좌석, 금액에 대해 항상 지켜져야 하는 규칙의 상태입니다. violations가 0보다 크면 확인이 "
                            + "필요합니다."),
                    answers: [
                        HTTPAnswerDescription(
                            .ok, "As it is at this moment.", examples: HouseState.examples, named: "HouseState"
                        ) { schema in
                            schema.refining(
                                "dependencies[].state", JSONSchema.choice(of: HouseState.Dependency.State.self).kind)
                        }
                    ], problems: [])
            ) { service in
                .immediate { _, _ in
                    var response = HTTPResponse(json: service.state())
                    response.fields.append(.cacheControl, "no-store")
                    return response
                }
            }
        ]
    }
}
