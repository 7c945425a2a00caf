package import Primitives

/// What is sent, and how long it is good.
package struct MailLimits: Sendable {
    /// How long a link may be followed: never more than half an hour, which the table makes sure of.
    package var linkTime = TimeAmount.seconds(30 * 60)
    /// Good links of one kind that an account has at once; more requests are taken and nothing is sent.
    package var linkCountMax = 3
    /// Between two mails with links of one kind to one account. Whoever asks for them all the time keeps nobody from a
    /// good link: there are some in the mailbox, or the next one comes.
    package var linkPauseTime = TimeAmount.seconds(300)
    /// Requests that wait for somebody to look at them; more are not taken.
    package var requestCountMax = 10_000
    /// Requests and mails that are dealt with in one round.
    package var batchCountMax = 32
    /// Between attempts at one mail, doubled every time, up to `retryTimeMax`.
    package var retryTime = TimeAmount.seconds(10)
    package var retryTimeMax = TimeAmount.seconds(600)
    /// A mail without a link that could not be sent in that time is not sent any more. One with a link goes with it.
    package var noticeTime = TimeAmount.seconds(3 * 86_400)

    package init() {}
}
