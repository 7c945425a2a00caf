internal import CNGHTTP2
package import Primitives
internal import Reactor

/// HTTP/2 over one connection (RFC 9113), framed and unframed by nghttp2.
///
/// Bytes pass `HTTP2FrameWalker` and go to nghttp2, whose callbacks become calls of the delegate. nghttp2 may not be
/// made to send from within its own callbacks: whatever is answered meanwhile is queued in it, and `pump` moves
/// frames into the output queue at the end. At most `queuedOutputByteCountMax` bytes wait there, and one frame;
/// the rest stays in the bodies it comes from.
package final class HTTP2Session: HTTPSession {
    unowned let delegate: any HTTPSessionDelegate
    let context: HTTPSessionContext
    /// nghttp2's session. Valid as long as `self`.
    let handle: OpaquePointer

    // Receiving.
    private var walker: HTTP2FrameWalker
    var head: HTTP2HeadBuilder
    /// The stream whose header block is arriving; there is never more than one.
    var headStream: HTTP2Stream?
    var trailerByteCount = 0
    var requestCount = 0
    /// HEADERS and DATA frames that nghttp2 has told of; the others it has dropped.
    var toldFrameCount = 0

    /// Streams that nghttp2 has open, in no order: the last one takes the place of one that leaves.
    var streams: [HTTP2Stream] = []
    /// Streams whose client left while a handler works for them: their slots, and what is held of their bodies, are
    /// free when it comes back.
    var abandoned: [(id: HTTPStreamID, heldBodyByteCount: Int)] = []
    /// Request bodies without an answer, at most `bufferedBodyByteCountMax`.
    var heldBodyByteCount = 0
    var resets: HTTP2Budget

    // Sending.
    /// Within a call of nghttp2 that must not be entered again.
    private var isBusy = false
    /// Body bytes of all answers.
    var sentBodyByteCount = 0
    /// Streams whose producer met `.full` and for which there is room again.
    var drained: [HTTP2Stream] = []

    // Ending.
    var failure: HTTPSessionError?
    /// Nothing is received or sent any more.
    private(set) var isOver = false
    private var isClosed = false
    private(set) var inputEnded = false
    var drain = HTTP2DrainState.none

    // Time.
    var clock: MonotonicTime
    var deadlines: HTTP2Deadlines
    private var headBlockIndex = 0

    package init(context: HTTPSessionContext, delegate: any HTTPSessionDelegate) {
        self.delegate = delegate
        self.context = context
        self.handle = HTTP2Library.makeSession(context.limits)
        self.walker = HTTP2FrameWalker(limits: context.limits)
        self.head = HTTP2HeadBuilder(limits: context.limits)
        self.resets = HTTP2Budget(countMax: context.limits.resetCountMax, window: context.limits.budgetWindow)
        self.clock = context.loop.now
        self.deadlines = HTTP2Deadlines()
        self.deadlines.head = self.clock + context.limits.headTime
        self.deadlines.idle = self.clock + context.limits.idleTime
        nghttp2_session_set_user_data(self.handle, Unmanaged.passUnretained(self).toOpaque())
        self.submitSettings()
    }

    deinit { nghttp2_session_del(self.handle) }

    private func submitSettings() {
        let limits = self.context.limits
        let settings = [
            nghttp2_settings_entry(
                settings_id: CInt(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: UInt32(limits.streamCountMax)),
            nghttp2_settings_entry(
                settings_id: CInt(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(limits.headByteCountMax)),
            // Priorities by RFC 9218 only: the older tree costs time, and was never used well.
            nghttp2_settings_entry(
                settings_id: CInt(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue), value: 1),
        ]
        let result = nghttp2_submit_settings(
            self.handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
        precondition(result == 0, "lawful settings are accepted")
    }

    // MARK: Receiving

    package func receive(_ bytes: borrowing RawSpan, now: MonotonicTime) throws(HTTPSessionError) {
        guard !self.isBusy, !self.isOver else { return }
        self.clock = max(self.clock, now)
        bytes.withUnsafeBytes { self.take($0) }
        self.pump()
        try self.throwFailure()
        self.updateHeadDeadline()
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        let violation = self.walker.walk(bytes, now: self.clock)
        self.isBusy = true
        self.feed(UnsafeRawBufferPointer(rebasing: bytes[..<(violation?.offset ?? bytes.count)]))
        self.isBusy = false
        let error =
            violation?.error ?? self.walker.chargeIgnoredFrames(toldCount: self.toldFrameCount, now: self.clock)
        if let error { self.fail(error, NGHTTP2_ENHANCE_YOUR_CALM) }
        if self.requestCount >= self.context.limits.requestCountPerConnectionMax { self.submitDrainNotice() }
    }

    private func feed(_ bytes: UnsafeRawBufferPointer) {
        let result = nghttp2_session_mem_recv(self.handle, bytes.baseAddress, bytes.count)
        guard result < 0 else { return }
        switch CInt(result) {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: self.fail(.prefaceInvalid, NGHTTP2_PROTOCOL_ERROR)
        case NGHTTP2_ERR_FLOODED.rawValue: self.fail(.acknowledgementFlood, NGHTTP2_ENHANCE_YOUR_CALM)
        case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue: self.fail(.continuationFlood, NGHTTP2_ENHANCE_YOUR_CALM)
        default: self.fail(.internalError, NGHTTP2_INTERNAL_ERROR)
        }
    }

    package func receivedEnd() {
        guard !self.isOver else { return }
        self.inputEnded = true
        for stream in self.streams {
            switch stream.phase {
            case .head, .body: self.reset(stream, NGHTTP2_CANCEL)
            case .answered: self.reset(stream, NGHTTP2_NO_ERROR)
            case .handling, .responding: break
            }
        }
        self.pump()
    }

    // MARK: Sending

    package func respond(to id: HTTPStreamID, with response: HTTPResponse) {
        guard !self.isOver else { return }
        guard let stream = self.stream(id) else {
            self.forgetAbandoned(id)
            return
        }
        switch stream.phase {
        case .head, .responding, .answered: return
        case .body, .handling: break
        }
        self.submit(response, on: stream)
        self.pumpAndFlush()
    }

    package func outputDrained() { self.pump() }

    /// After something was queued outside of `receive`; within it nothing is to be done.
    func pumpAndFlush() {
        guard !self.isBusy, !self.isOver else { return }
        self.updateClock()
        self.pump()
        self.context.requestFlush()
    }

    var isOutputFull: Bool { self.context.output.byteCount >= self.context.limits.queuedOutputByteCountMax }

    /// Moves frames from nghttp2 into the output queue, as many as there is room for.
    func pump() {
        guard !self.isBusy, !self.isOver else { return }
        self.isBusy = true
        repeat {
            // What a failed connection has left to say is little, and the last of it says why.
            while !self.isOver, !self.isOutputFull || self.failure != nil {
                var bytes: UnsafePointer<UInt8>?
                let count = nghttp2_session_mem_send(self.handle, &bytes)
                if count < 0 { self.fail(.internalError, NGHTTP2_INTERNAL_ERROR) }
                guard count > 0 else { break }
                self.context.output.append(UnsafeRawBufferPointer(start: bytes, count: count))
            }
        } while self.tellDrainedProducers()
        self.isBusy = false
    }

    func bodySent(byteCount: Int, endsBody: Bool) {
        self.sentBodyByteCount &+= byteCount
        self.walker.earnWindowUpdates(bodyByteCount: byteCount, endsBody: endsBody)
    }

    // MARK: Ending

    /// Tells the client why, and lets nothing more happen. The reason is thrown by whichever call can throw next.
    func fail(_ error: HTTPSessionError, _ code: nghttp2_error_code) {
        guard self.failure == nil else { return }
        self.failure = error
        nghttp2_session_terminate_session(self.handle, code.rawValue)
    }

    func throwFailure() throws(HTTPSessionError) {
        guard !self.isOver, let failure = self.failure else { return }
        self.isOver = true
        throw failure
    }

    package func connectionClosed() {
        guard !self.isClosed else { return }
        self.isOver = true
        self.isClosed = true
        // They stay in the table: this may be within a callback of nghttp2, which still refers to them.
        for stream in self.streams { self.abandon(stream) }
    }

    package var isFinished: Bool {
        if self.isOver { return true }
        if self.failure != nil { return false }
        if self.inputEnded { return self.streams.isEmpty && nghttp2_session_want_write(self.handle) == 0 }
        return nghttp2_session_want_read(self.handle) == 0 && nghttp2_session_want_write(self.handle) == 0
    }

    /// While the client takes nothing, it may not make us queue more answers to its control frames either.
    package var isBetweenRequests: Bool { self.streams.isEmpty }
    package var wantsInput: Bool {
        !self.isOutputFull
            || nghttp2_session_get_outbound_queue_size(self.handle) < self.context.limits.controlFrameCountMax / 2
    }

    /// Callbacks return this: nghttp2 stops at once when the connection is lost.
    var callbackResult: CInt {
        self.failure == nil && !self.isOver ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }

    // MARK: Time

    /// For calls that do not tell the time.
    func updateClock() { self.clock = max(self.clock, self.context.loop.now) }

    package var deadline: MonotonicTime? {
        if self.isOver { return nil }
        if self.failure != nil { return self.clock }
        return self.deadlines.earliest(isIdle: self.streams.isEmpty)
    }

    private func updateHeadDeadline() {
        if self.walker.hasFirstFrame, !self.walker.isInHeaderBlock {
            self.deadlines.head = nil
        } else if self.walker.isInHeaderBlock, self.walker.blockIndex != self.headBlockIndex {
            self.headBlockIndex = self.walker.blockIndex
            self.deadlines.head = self.clock + self.context.limits.headTime
        }
    }

    package func deadlineReached(now: MonotonicTime) throws(HTTPSessionError) {
        guard !self.isOver else { return }
        self.clock = max(self.clock, now)
        self.applyDeadlines()
        self.pump()
        try self.throwFailure()
    }
}
