internal import Auth
internal import HTTPClient
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Reactor

/// Signing in by other providers, put together: none without configuration, and then nobody is asked.
struct SocialServices: Sendable {
    let service: SocialService
    private let client: HTTPClient

    init(
        _ configuration: Configuration, members: MemberServices, database: PostgresDatabase, loop: EventLoop,
        publicURL: String, metrics: MetricsRegistry, log: Log
    ) {
        let providers = configuration.socialProviders
        self.client = HTTPClient(
            name: "social", loop: loop, certificateFile: configuration.outgoingCertificateFile,
            proxy: configuration.outgoingProxy, metrics: metrics)
        let social = SocialSignIn(
            providers: providers, store: PostgresSocialStore(database: database),
            issuer: MemberSessions(members: members.members, signIns: members.signIns),
            parts: SocialSignIn.Parts(
                client: self.client, origin: publicURL,
                metrics: SocialMetrics(providers: providers.map(\.name), registry: metrics), log: log))
        self.service = SocialService(auth: members.service, social: social)
    }

    var routes: [HTTPRoute] { SocialRoutes.table.map { $0.bound(to: self.service) } }

    func stop() { self.client.close() }
}
