package import Primitives

/// What watching may make the server hold or do.
package struct PlaybackLimits: Sendable {
    /// Tickets with sessions that may still be watched by: more get no session, 503 `overloaded`.
    package var holderCountMax = 1_000_000
    /// Sessions that a ticket may have at the same time, whatever its concert says.
    package static let sessionCountMax = 16
    /// Sessions of one ticket that are kept when they are over: who begins more loses the oldest.
    package static let keptSessionCountMax: Int64 = 200
    /// Tokens that one loop remembers having verified. Of more, some are verified again, for less than a microsecond.
    package var verifiedCountMax = 131_072
    /// A token is good for so much longer than its show can be watched, as things are when it is given out: a show may
    /// be given a later end. It is as long as a show may be at most, so that none goes on when the tokens of those who
    /// watch do not; when the show is over says the show. Holders are known for as long.
    package var lateSeconds: Int64 = 14 * 24 * 3600
    /// How far ahead the clock of the process may be that issued a token: it is taken so much longer.
    package var clockToleranceSeconds: Int64 = 30
    /// How long viewers who are in go on while the database does not answer. Then nobody knows any more whose ticket
    /// was given back, and all are refused with 503.
    package var graceTime = TimeAmount.seconds(600)
    /// A key that was rotated in is used so much later than it is believed.
    package var keyLeadTime = TimeAmount.seconds(30)

    /// What one session may be ahead of itself: media that players load before they play, and after each jump.
    package var burstTime = TimeAmount.seconds(120)
    /// Seconds of media in each second from then on.
    package var speed: Int64 = 2
    /// Media of one session that a cache has asked about and may still fetch uncounted: what several loaders of a
    /// player fetch at once.
    package var unfetchedTime = TimeAmount.seconds(30)

    /// Blocks of networks (a /24 of IPv4, a /48 of IPv6) that one session is watched from within a time: a viewer has
    /// those of home, work and the way between, and a telephone may change its own. Beyond is an address that was
    /// passed around, and opens nothing any more. 0 is no bound: where requests come by proxies that are not named, it
    /// is their networks that are counted.
    package var networkCountMax = 8
    package var networkTime = TimeAmount.seconds(600)

    /// Between looks at what has changed in the database, beside what it tells by itself.
    package var catchUpTime = TimeAmount.seconds(1)
    /// Between counts of who watches.
    package var countTime = TimeAmount.seconds(5)
    /// Sessions that have begun or ended to watch and are not written down yet, because the database is away; of more
    /// it is not known later when they were watched.
    package var unwrittenCountMax = 200_000
    /// The same that are written down in one go.
    package var writtenCountMax = 1000
    /// Sessions that were found to be shared and have not been ended in the database yet, because it is away.
    package var sharedCountMax = 10_000
    /// Holdings that a loop takes in one go: others have their turn between.
    package var appliedCountMax = 500
    /// Rows of one question, when everything is read.
    package var pageCountMax = 10_000
    /// Holders looked at in each round of forgetting those whose time is over.
    package var forgottenCountMax = 2000
    /// How long a preview may be watched.
    package var previewSeconds: Int64 = 12 * 3600
    /// Sessions of one ticket that are told of.
    package var listedCountMax = 50
    /// How long it is kept who watched what, after nobody may any more.
    package var keptDays = 90

    package init() {}
}
