package import Primitives

/// How often passwords may be tried. A refusal says when to try again; nothing ever locks an account.
package struct SignInLimits: Sendable {
    /// One account from one address: five at once, then one in half a minute. Only wrong passwords use it up.
    package var pair = RatePolicy(burstCount: 5, interval: .seconds(30))
    /// Wrong passwords from one address, whichever the account: a shared address (a school, a carrier) has many people.
    package var address = RatePolicy(burstCount: 60, interval: .seconds(5))
    /// Wrong passwords for one account, from anywhere. They never refuse; they slow down addresses that the account was
    /// not signed in from before.
    package var account = RatePolicy(burstCount: 60, interval: .seconds(60))

    /// Wrong passwords for one account before unknown addresses have to wait.
    package var accountFreeCount = 10
    /// Every one beyond adds so much, up to `delayMax`.
    package var delayStep = TimeAmount.milliseconds(100)
    package var delayMax = TimeAmount.seconds(4)
    /// Tries of one account that wait so at once; more are refused, which is what a guesser with many addresses gets.
    package var delayedCountPerAccountMax = 32
    /// Of those, tries that come from one block of networks (a /24 of IPv4, a /48 of IPv6): with one block, however
    /// many addresses there are in it, nobody keeps the others out.
    package var delayedCountPerAccountAndBlockMax = 2
    /// The same over all accounts.
    package var delayedCountPerBlockMax = 256
    package var delayedCountMax = 2048

    /// How often one address may have it looked up whether its account is signed in there.
    package var lookUp = RatePolicy(burstCount: 60, interval: .seconds(1))

    /// Pairs, addresses and accounts that are remembered; the oldest or emptiest are forgotten.
    package var pairCountMax = 65_536
    package var addressCountMax = 65_536
    package var accountCountMax = 65_536
    /// Pairs of an account and an address that it was signed in from.
    package var knownCountMax = 65_536

    package init() {}
}
