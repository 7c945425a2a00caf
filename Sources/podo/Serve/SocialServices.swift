internal import Auth
internal import HTTPClient
internal import Observability
internal import Postgres
internal import Reactor

/// Signing in by other providers, put together: none without configuration, and then nobody is asked.
struct SocialServices: Sendable {
    let service: SocialService
    private let clients: [String: HTTPClient]

    init(
        _ configuration: Configuration, members: MemberServices, database: PostgresDatabase, loop: EventLoop,
        publicURL: String, metrics: MetricsRegistry, log: Log
    ) {
        let providers = configuration.socialProviders
        self.clients = Dictionary(
            uniqueKeysWithValues: providers.map { provider in
                let client = HTTPClient(
                    name: "social-" + provider.name, loop: loop,
                    certificateFile: configuration.outgoingCertificateFile, proxy: configuration.outgoingProxy,
                    metrics: metrics)
                return (provider.name, client)
            })
        let social = SocialSignIn(
            providers: providers, store: PostgresSocialStore(database: database),
            issuer: MemberSessions(members: members.members, signIns: members.signIns),
            parts: SocialSignIn.Parts(
                clients: self.clients, origin: publicURL,
                metrics: SocialMetrics(providers: providers.map(\.name), registry: metrics), log: log))
        self.service = SocialService(auth: members.service, social: social)
    }

    func stop() { for client in self.clients.values { client.close() } }
}
