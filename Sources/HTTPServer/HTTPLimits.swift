package import Primitives

/// Every bound on what a client can make the server hold or do. Each refusal is counted by reason, see
/// `HTTPReasonCounters`.
package struct HTTPLimits: Sendable {
    // What one request may hold.
    package var requestLineByteCountMax = 8 * 1024
    package var fieldByteCountMax = 16 * 1024
    package var headByteCountMax = 64 * 1024
    package var fieldCountMax = 100
    package var chunkLineByteCountMax = 256
    package var trailerByteCountMax = 8 * 1024

    // What one connection may do.
    package var requestCountPerConnectionMax = 1000
    package var pipelinedByteCountMax = 64 * 1024
    /// While this much output waits, an HTTP/1 connection begins no further request: whoever pipelines requests and
    /// reads slowly has answers made one after the other, not all at once.
    package var pipelinedOutputByteCountMax = 64 * 1024
    package var streamBufferedByteCountMax = 64 * 1024

    // How long it may take.
    package var headTime = TimeAmount.seconds(10)
    package var idleTime = TimeAmount.seconds(60)
    package var bodyGraceTime = TimeAmount.seconds(5)
    package var bodyBytesPerSecondMin = 1024
    /// A request body that came faster than it had to may pause afterwards, for no longer than this.
    package var bodyLeadTimeMax = TimeAmount.seconds(30)
    package var writeStallTime = TimeAmount.seconds(30)
    /// A handler that has not answered by then is cancelled, and the client told to come back later.
    package var handlerTime = TimeAmount.seconds(30)
    package var drainTime = TimeAmount.seconds(30)
    /// After draining began, an idle connection may still send a request for this long: it may be on its way already.
    /// Its answer says that the connection closes.
    package var drainIdleGraceTime = TimeAmount.milliseconds(500)

    // How many may come at once.
    package var connectionCountMax = 50_000
    package var connectionCountPerAddressMax = 10_000
    /// TLS handshakes at once on one loop.
    package var handshakeCountMax = 1000
    /// Handlers running at once on one loop.
    package var concurrentHandlerCountMax = 4096
    /// What is held of the fields of a request that is answered later without a task. Longer ones are forgotten: a
    /// condition or a range is then as good as not asked for.
    package var deferredFieldByteCountMax = 1024

    // HTTP/2 (CVE-2023-44487, CVE-2025-8671, CVE-2019-9511 to 9518, CONTINUATION floods of 2024).
    package var streamCountMax = 128
    package var continuationFrameCountMax = 8
    package var resetCountMax = 100
    package var controlFrameCountMax = 1000
    package var budgetWindow = TimeAmount.seconds(10)
    package var queuedOutputByteCountMax = 1024 * 1024
    /// Request bodies of one connection taken together, whole or not, whose requests have no answer yet.
    package var bufferedBodyByteCountMax = 4 * 1024 * 1024

    package init() {}
}
