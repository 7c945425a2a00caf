package import Primitives

/// Everything that goes wrong at a payment company, and how often: chances from 0 to 1, drawn from the bank's seed.
package struct SimulatorChaos: Equatable, Sendable {
    // Of a request.

    /// The money moves, and no answer comes before the caller has given up.
    package var commitThenTimeout = 0.0
    /// The money moves, and the connection ends in the middle of the answer.
    package var answerThenReset = 0.0
    /// 500, and nothing has happened.
    package var failBeforeCommit = 0.0
    /// 500, and it has happened. The same request again gets the true answer.
    package var failAfterCommit = 0.0

    // Of a webhook.

    /// Comes twice within a tenth of a second.
    package var webhookDuplicated = 0.0
    /// Is overtaken by later ones.
    package var webhookReordered = 0.0
    package var webhookMissing = 0.0
    /// Another one comes beside it that nobody of the company has sent.
    package var webhookForged = 0.0
    /// Arrives before the request that caused it is answered.
    package var webhookFirst = 0.0
    /// After DONE, ABORTED is told of the same payment, which is not so.
    package var abortedAfterDone = 0.0
    /// Its clock is up to `clockSkewMax` away from ours, either way.
    package var clockSkewed = 0.0

    // Of a payment.

    /// A refund is done, and a while later it is not.
    package var refundFailsLater = 0.0
    /// The payment can only be given back as a whole.
    package var partialCancelForbidden = 0.0
    /// The buyer transfers the money when the time for it is over, and the bank takes it.
    package var depositAfterDue = 0.0
    /// A deposit turns out to be a mistake of the bank: DONE becomes WAITING_FOR_DEPOSIT.
    package var depositError = 0.0
    /// Somebody refunds the payment by hand on the company's own pages.
    package var externalRefund = 0.0
    /// The buyer's bank asks for the money back.
    package var dispute = 0.0

    // How much.

    /// Every answer takes a time between these two.
    package var latencyMin = TimeAmount.milliseconds(0)
    package var latencyMax = TimeAmount.milliseconds(0)
    /// How long a request without an answer is kept waiting.
    package var silence = TimeAmount.seconds(20)
    package var clockSkewMax = TimeAmount.seconds(300)

    package init() {}

    /// Every chance, by its name.
    package static let knobs: [(name: String, path: any WritableKeyPath<SimulatorChaos, Double> & Sendable)] = [
        ("commitThenTimeout", \.commitThenTimeout), ("answerThenReset", \.answerThenReset),
        ("failBeforeCommit", \.failBeforeCommit), ("failAfterCommit", \.failAfterCommit),
        ("webhookDuplicated", \.webhookDuplicated), ("webhookReordered", \.webhookReordered),
        ("webhookMissing", \.webhookMissing), ("webhookForged", \.webhookForged),
        ("webhookFirst", \.webhookFirst), ("abortedAfterDone", \.abortedAfterDone), ("clockSkewed", \.clockSkewed),
        ("refundFailsLater", \.refundFailsLater), ("partialCancelForbidden", \.partialCancelForbidden),
        ("depositAfterDue", \.depositAfterDue), ("depositError", \.depositError),
        ("externalRefund", \.externalRefund), ("dispute", \.dispute),
    ]

    /// All of it at once, each with the same small chance.
    package static func everything(_ chance: Double) -> SimulatorChaos {
        var chaos = SimulatorChaos()
        for knob in self.knobs { chaos[keyPath: knob.path] = chance }
        return chaos
    }
}

/// What one request will meet, drawn when it comes in.
struct SimulatorFate: Sendable {
    var latency = TimeAmount.milliseconds(0)
    var silence = TimeAmount.milliseconds(0)
    var failsBefore = false
    var failsAfter = false
    var timesOut = false
    var resets = false
    var webhookIsFirst = false
}
