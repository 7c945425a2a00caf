internal import CNGHTTP2
internal import Primitives

/// From frames to requests. nghttp2 calls everything here from within `receive`.
extension HTTP2Session {
    /// Body that is still read after the answer: about one window, which the client may have sent before it knew.
    static let unwantedByteCountMax = 64 * 1024

    private static let contentLength = HTTPFieldName("content-length")
    private static let expect = HTTPFieldName("expect")

    private static let endStream = UInt8(NGHTTP2_FLAG_END_STREAM.rawValue)
    private static let endHeaders = UInt8(NGHTTP2_FLAG_END_HEADERS.rawValue)
    private static let acknowledgement = UInt8(NGHTTP2_FLAG_ACK.rawValue)

    // MARK: Heads

    func headersBegan(_ id: HTTPStreamID, isRequest: Bool) -> CInt {
        self.headStream = nil
        self.trailerByteCount = 0
        self.toldFrameCount += 1
        guard isRequest else { return self.callbackResult }
        self.requestCount += 1
        // A cancelled stream keeps its slot until its handler has come back: resetting is no way to have more
        // handlers at work than streams are allowed.
        guard self.streams.count + self.abandoned.count < self.context.limits.streamCountMax else {
            return self.refuseFields(of: id, NGHTTP2_REFUSED_STREAM)
        }
        let stream = HTTP2Stream(id: id, index: self.streams.count)
        self.streams.append(stream)
        nghttp2_session_set_stream_user_data(self.handle, id, Unmanaged.passUnretained(stream).toOpaque())
        self.headStream = stream
        self.head = HTTP2HeadBuilder(limits: self.context.limits)
        return self.callbackResult
    }

    func received(_ name: Span<UInt8>, _ value: Span<UInt8>, on id: HTTPStreamID) -> CInt {
        if self.headStream == nil {
            // Trailers are read and dropped, up to a size.
            self.trailerByteCount += name.count + value.count
            if self.trailerByteCount > self.context.limits.trailerByteCountMax {
                return self.refuseFields(of: id, NGHTTP2_ENHANCE_YOUR_CALM)
            }
        } else if !self.head.add(name: name, value: value) {
            self.fail(.headerListTooLarge, NGHTTP2_ENHANCE_YOUR_CALM)
        }
        return self.callbackResult
    }

    /// Resets the stream; nghttp2 unpacks the rest of the header block, which it must, but tells nothing of it.
    private func refuseFields(of id: HTTPStreamID, _ code: nghttp2_error_code) -> CInt {
        nghttp2_submit_rst_stream(self.handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code.rawValue)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }

    func received(_ frame: UnsafePointer<nghttp2_frame>) -> CInt {
        let head = frame.pointee.hd
        switch head.type {
        case UInt8(NGHTTP2_HEADERS.rawValue), UInt8(NGHTTP2_DATA.rawValue):
            if head.type == UInt8(NGHTTP2_DATA.rawValue) { self.toldFrameCount += 1 }
            guard let stream = self.stream(head.stream_id) else { break }
            let endsStream = head.flags & Self.endStream != 0
            if case .head = stream.phase, head.flags & Self.endHeaders != 0 {
                self.headEnded(stream, endsStream: endsStream)
            } else if endsStream {
                self.requestEnded(stream)
            }
        case UInt8(NGHTTP2_RST_STREAM.rawValue):
            self.countReset(head.stream_id, byPeer: true)
        case UInt8(NGHTTP2_PING.rawValue):
            if head.flags & Self.acknowledgement != 0 { self.finishDrainNotice() }
        default:
            break
        }
        return self.callbackResult
    }

    private func headEnded(_ stream: HTTP2Stream, endsStream: Bool) {
        self.headStream = nil
        stream.isHead = self.head.isHead
        switch self.head.finish() {
        case .refuse(let refusal):
            self.refuse(stream, refusal)
        case .request(var request):
            request.isSecure = self.context.isSecure
            request.peer = self.context.peer
            stream.isKnown = true
            switch self.delegate.sessionReceivedHead(&request, stream: stream.id) {
            case .refuse(let response): self.submit(response, on: stream)
            case .accept(let byteCountMax):
                if endsStream {
                    stream.phase = .handling
                    self.delegate.sessionReceivedRequest(request, stream: stream.id)
                } else {
                    self.awaitBody(stream, request, byteCountMax: byteCountMax)
                }
            }
        }
    }

    // MARK: Bodies

    private func awaitBody(_ stream: HTTP2Stream, _ request: HTTPRequest, byteCountMax: Int) {
        if let length = request.fields.bytes(Self.contentLength), (DecimalText.parse(length) ?? .max) > byteCountMax {
            self.refuse(stream, HTTP2Refusal(status: .contentTooLarge, reason: "body-too-large"))
            return
        }
        if let expectation = request.fields.bytes(Self.expect) {
            guard expectation.span.equalsIgnoringCase("100-continue") else {
                self.refuse(stream, HTTP2Refusal(status: .expectationFailed, reason: "expectation-unknown"))
                return
            }
            self.submitContinue(stream)
        }
        stream.phase = .body(request, byteCountMax: byteCountMax)
        self.expectBody(stream)
    }

    func receivedBody(_ bytes: Span<UInt8>, on id: HTTPStreamID) -> CInt {
        guard let stream = self.stream(id) else { return self.callbackResult }
        guard case .body(var request, let byteCountMax) = stream.phase else {
            self.receivedUnwanted(byteCount: bytes.count, on: stream)
            return self.callbackResult
        }
        // The request leaves the phase meanwhile, so that its body has one owner and grows in place.
        stream.phase = .handling
        let refusal = self.judgeSize(of: request.body, with: bytes.count, byteCountMax: byteCountMax)
        if refusal == nil { request.body.append(copying: bytes) }
        stream.phase = .body(request, byteCountMax: byteCountMax)
        if let refusal {
            self.refuse(stream, refusal)
        } else {
            stream.heldBodyByteCount += bytes.count
            self.heldBodyByteCount += bytes.count
            self.prolongBody(stream, byteCount: bytes.count)
        }
        return self.callbackResult
    }

    /// A route bounds the body of one request; all bodies of a connection together have a bound too, or many streams
    /// would hold many times as much.
    private func judgeSize(of body: [UInt8], with byteCount: Int, byteCountMax: Int) -> HTTP2Refusal? {
        if byteCount > byteCountMax - body.count {
            return HTTP2Refusal(status: .contentTooLarge, reason: "body-too-large")
        }
        if byteCount > self.context.limits.bufferedBodyByteCountMax - self.heldBodyByteCount {
            return HTTP2Refusal(status: .serviceUnavailable, reason: "h2-too-much-body")
        }
        return nil
    }

    func releaseBody(of stream: HTTP2Stream) {
        self.heldBodyByteCount -= stream.heldBodyByteCount
        stream.heldBodyByteCount = 0
    }

    /// What follows an answer that did not wait for it is dropped.
    private func receivedUnwanted(byteCount: Int, on stream: HTTP2Stream) {
        stream.unwantedByteCount &+= byteCount
        if case .answered = stream.phase, stream.unwantedByteCount > Self.unwantedByteCountMax {
            self.reset(stream, NGHTTP2_NO_ERROR)
        }
    }

    /// After an answer that did not wait for the request's end, the client may end it by itself: some take a reset
    /// for a failure even though it says there is none (RFC 9113 §8.1). Then the stream is reset.
    func awaitUnwantedEnd(of stream: HTTP2Stream) {
        guard nghttp2_session_get_stream_remote_close(self.handle, stream.id) == 0 else { return }
        if self.inputEnded || stream.unwantedByteCount > Self.unwantedByteCountMax {
            self.reset(stream, NGHTTP2_NO_ERROR)
        } else {
            self.expectBody(stream)
        }
    }

    private func requestEnded(_ stream: HTTP2Stream) {
        guard case .body(let request, _) = stream.phase else { return }
        stream.phase = .handling
        self.delegate.sessionReceivedRequest(request, stream: stream.id)
    }

    // MARK: Streams

    func stream(_ id: HTTPStreamID) -> HTTP2Stream? {
        guard let pointer = nghttp2_session_get_stream_user_data(self.handle, id) else { return nil }
        return Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
    }

    func refuse(_ stream: HTTP2Stream, _ refusal: HTTP2Refusal) {
        self.delegate.sessionRefusedRequest(refusal.reason)
        self.submit(.plain(refusal.status), on: stream)
    }

    func reset(_ stream: HTTP2Stream, _ code: nghttp2_error_code) {
        nghttp2_submit_rst_stream(self.handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue)
    }

    func countReset(_ id: HTTPStreamID, byPeer: Bool) {
        self.delegate.sessionReset(id, byPeer: byPeer)
        if !byPeer, let stream = self.stream(id), stream.isAborted { return }
        if !self.resets.spend(now: self.clock) { self.fail(.resetFlood, NGHTTP2_ENHANCE_YOUR_CALM) }
    }

    func streamClosed(_ id: HTTPStreamID) -> CInt {
        guard !self.isOver, let stream = self.stream(id) else { return self.callbackResult }
        self.streams.swapAt(stream.index, self.streams.count - 1)
        self.streams[stream.index].index = stream.index
        self.streams.removeLast()
        if self.headStream === stream { self.headStream = nil }
        if self.streams.isEmpty { self.deadlines.idle = self.clock + self.context.limits.idleTime }
        if case .handling = stream.phase {
            self.abandoned.append((id, stream.heldBodyByteCount))
        } else {
            self.releaseBody(of: stream)
        }
        self.abandon(stream)
        return self.callbackResult
    }

    /// The handler of a stream that is gone has come back.
    func forgetAbandoned(_ id: HTTPStreamID) {
        guard let index = self.abandoned.firstIndex(where: { $0.id == id }) else { return }
        self.heldBodyByteCount -= self.abandoned.remove(at: index).heldBodyByteCount
    }

    /// Stops the work for a stream that is gone, unless it was answered whole.
    func abandon(_ stream: HTTP2Stream) {
        if case .answered = stream.phase { return }
        stream.isDeferred = false
        if case .stream(let writer) = stream.source { writer.transportClosed() }
        if stream.isKnown { self.delegate.sessionStreamCancelled(stream.id) }
    }
}
