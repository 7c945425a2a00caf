/// Why an HTTP/2 connection ends before its time: every reason there is, as counted in the metrics.
extension HTTPSessionError {
    // What RFC 9113 calls a connection error; nghttp2 finds these.
    static let prefaceInvalid = HTTPSessionError("h2-preface-invalid")
    static let protocolError = HTTPSessionError("h2-protocol-error")
    static let flowControlError = HTTPSessionError("h2-flow-control-error")
    static let frameSizeError = HTTPSessionError("h2-frame-size-error")
    static let compressionError = HTTPSessionError("h2-compression-error")
    static let streamClosedError = HTTPSessionError("h2-stream-closed-error")
    static let settingsError = HTTPSessionError("h2-settings-error")
    /// The library refused to go on for a reason of its own: out of memory, a bug.
    static let internalError = HTTPSessionError("h2-internal-error")

    // More than one client may ask for.
    /// More CONTINUATION frames in one header block than `continuationFrameCountMax`.
    static let continuationFlood = HTTPSessionError("h2-continuation-flood")
    /// A header block, still compressed, beyond `headByteCountMax`.
    static let headerBlockTooLarge = HTTPSessionError("h2-header-block-too-large")
    /// A header block that unpacks to more than twice `headByteCountMax`; what is a little over gets a 431.
    static let headerListTooLarge = HTTPSessionError("h2-header-list-too-large")
    /// More than `controlFrameCountMax` frames in a `budgetWindow` that carry neither a request nor a body.
    static let controlFrameFlood = HTTPSessionError("h2-control-frame-flood")
    /// More than `resetCountMax` streams reset in a `budgetWindow`, by the client or by us because of it.
    static let resetFlood = HTTPSessionError("h2-reset-flood")
    /// The client makes us acknowledge but does not take the acknowledgements.
    static let acknowledgementFlood = HTTPSessionError("h2-acknowledgement-flood")

    // Too slow.
    /// The preface or a header block was not complete after `headTime`.
    static let headTooSlow = HTTPSessionError("head-too-slow")
    /// Responses waited for window, and the client gave next to none to any of them for `writeStallTime`.
    static let windowStalled = HTTPSessionError("h2-window-stalled")
}
