internal import HTTPServer
internal import Observability
internal import Primitives
internal import Reactor

/// Everything that the routes of members work with.
package struct AuthService: Sendable {
    package let members: Members
    package let signIns: SignIns
    package let passwords: Passwords
    package let follows: Follows
    let authorizer: MemberAuthorizer
    let limits: RequestLimits
    let metrics: AuthMetrics

    package init(
        members: Members, signIns: SignIns, passwords: Passwords, follows: Follows,
        authorizer: MemberAuthorizer, limits: RequestLimits, metrics: AuthMetrics
    ) {
        self.members = members
        self.signIns = signIns
        self.passwords = passwords
        self.follows = follows
        self.authorizer = authorizer
        self.limits = limits
        self.metrics = metrics
    }

    /// Where a request comes from; all that come from nowhere (a test without a socket) count as one.
    static func address(of request: HTTPRequest) -> SocketAddress.Host { request.peer?.host ?? .v4(0) }

    /// Who asks. The router has let only members through to whoever calls this.
    static func member(of request: HTTPRequest) throws(HTTPProblem) -> Int64 {
        guard let caller = request.caller else { throw .internalError }
        return caller.memberID
    }

    /// Counts a request against its address; throws `rate-limited`.
    func take(_ limiter: AddressLimiter, _ request: HTTPRequest) throws(HTTPProblem) {
        guard let wait = limiter.take(Self.address(of: request), now: .now) else { return }
        self.metrics.limited.add(loop: nil)
        throw AuthProblems.rateLimited(wait)
    }
}

/// How often one address may do what costs us or others.
package struct RequestLimits: Sendable {
    /// Accounts made: each costs a hash and a mail.
    let signUps: AddressLimiter
    /// Mails asked for.
    let mails: AddressLimiter
    /// Links and refresh tokens tried: they cannot be guessed, so this is about the work.
    let tokens: AddressLimiter

    package init(
        signUps: RatePolicy = RatePolicy(burstCount: 30, interval: .seconds(20)),
        mails: RatePolicy = RatePolicy(burstCount: 20, interval: .seconds(30)),
        tokens: RatePolicy = RatePolicy(burstCount: 600, interval: .milliseconds(100))
    ) {
        self.signUps = AddressLimiter(signUps)
        self.mails = AddressLimiter(mails)
        self.tokens = AddressLimiter(tokens)
    }
}
