package import Primitives

/// The bounds of everything that is done about payments. Rounds that find more than a batch come again at once.
package struct PaymentLimits: Sendable {
    /// Rows that one round of work within the database takes. The rest waits for the next.
    package var batchCountMax = 50
    /// What one worker asks one company at a time, and so the rows that one round takes. All are asked at once, so
    /// that none of them waits for another and all are done before their leases end.
    package var askCountMax = 8
    /// How long a row that a worker took is left alone by others: longer than everything that is asked for it.
    package var leaseTime = TimeAmount.seconds(45)
    /// Between two looks at what is of a company that is not configured any more.
    package var goneCompanyTime = TimeAmount.seconds(3600)
    /// First look at a payment whose company was asked: later than the answer can come.
    package var firstLookTime = TimeAmount.seconds(40)
    /// The time between two looks doubles from one second up to this.
    package var lookTimeMax = TimeAmount.seconds(60)
    /// Between two looks at a payment whose deposit is awaited: days, mostly, and a webhook tells.
    package var depositLookTime = TimeAmount.seconds(600)
    /// Clocks of companies, and the way to them, beside the hours that a deposit is waited for.
    package var depositMarginTime = TimeAmount.seconds(600)
    /// Between beginning to pay and the account number, at most: so much sooner a deposit is wanted than a sale ends.
    package var depositBeginTime = TimeAmount.seconds(1200)
    /// A company that knows no such payment is believed when this long has gone by since it was asked.
    package var absenceTime = TimeAmount.seconds(120)
    /// From here on somebody is told that it is still unknown what became of a payment.
    package var alarmTime = TimeAmount.seconds(600)
    /// A payment that stays open at the company for so long after we asked is given up, where nothing can be taken
    /// without our asking again.
    package var openTimeMax = TimeAmount.seconds(3600)
    /// How often the company is asked again for the money of a payment that it says is open.
    package var confirmCountMax = 5
    /// After a refusal the seats are held for at least this long, for another card.
    package var retryHoldTime = TimeAmount.seconds(60)
    /// How long after the hold has ended an unpaid payment is closed.
    package var closeTime = TimeAmount.seconds(60)
    /// When the company of a payment that nobody wants any more is told, if the request that ended it has not done so.
    package var abandonTime = TimeAmount.seconds(10)
    /// How often two requests that begin to pay the same are told apart before one of them is refused.
    package var beginCountMax = 3
    /// A webhook that leads to no answer is given up after so many tries; the payment is looked at by itself anyway.
    package var webhookTryCountMax = 20
    /// A webhook that says that a payment has its money, while the company is being asked for it, is followed after
    /// this long: the answer says the same.
    package var answerTime = TimeAmount.seconds(3)
    package var webhookByteCountMax = 256 * 1024
    /// Of a webhook that nobody signed. Nothing of it is kept but what it is about.
    package var hintByteCountMax = 64 * 1024
    /// What nobody signed makes us read a payment no more often than this.
    package var hintTime = TimeAmount.seconds(10)
    /// Webhooks that were dealt with are kept for so long.
    package var webhookKeepTime = TimeAmount.seconds(30 * 86_400)
    /// A refund that is refused for now is tried again after the double time, up to this.
    package var refundTimeMax = TimeAmount.seconds(3600)
    package var reasonLengthMax = 200
    /// Pages of a company's list that one comparison of books reads; the next one goes on after them.
    package var listPageCountMax = 100
    /// Payments that one comparison finds missing in a company's list, and keeps.
    package var gapCountMax = 1000

    /// Payments that begin, or end, in one commit, and those that wait meanwhile. Who comes when so many wait is dealt
    /// with alone.
    package var togetherCountMax = 64
    package var gatheringCountMax = 1024

    package init() {}

    /// Seconds until a payment that nobody has gone on with is looked at.
    func closeDelay(_ order: Order) -> Int64 {
        let close = Self.seconds(self.closeTime)
        guard let until = order.heldUntil else { return close }
        let rest = (until.unixMilliseconds &- WallClock.now.unixMilliseconds) / 1000
        return min(max(rest, 0), 86_400) + close
    }

    /// 1, 2, 4 … seconds, and never more than `most`.
    static func backoff(_ attemptCount: Int, most: TimeAmount) -> Int64 {
        let seconds = Int64(1) << Int64(min(max(attemptCount - 1, 0), 20))
        return min(seconds, max(most.nanoseconds / 1_000_000_000, 1))
    }

    static func seconds(_ time: TimeAmount) -> Int64 { time.nanoseconds / 1_000_000_000 }
}
