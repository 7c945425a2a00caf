internal import CNGHTTP2
internal import Glibc
internal import Primitives
internal import Reactor

/// From responses to frames. nghttp2 asks for a body when there is window for it.
extension HTTP2Session {
    private static let noCopy = UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue)
    private static let endOfBody = UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)

    func submit(_ response: HTTPResponse, on stream: HTTP2Stream) {
        let hasBody = !stream.isHead && !response.status.forbidsBody && response.body.count != 0
        stream.status = response.status
        stream.phase = .responding
        self.releaseBody(of: stream)
        self.awaitWindow(stream)
        if hasBody { stream.source = self.source(of: response.body, for: stream) }
        let result = HTTP2ResponseFields.with(response, date: self.context.date.text) { fields in
            guard hasBody else {
                return nghttp2_submit_response(self.handle, stream.id, fields.baseAddress, fields.count, nil)
            }
            var provider = HTTP2Library.provider(for: stream)
            return nghttp2_submit_response(self.handle, stream.id, fields.baseAddress, fields.count, &provider)
        }
        guard result == 0 else {
            self.abort(stream)
            return
        }
        if case .stream(let produce) = response.body, case .stream(let writer) = stream.source { produce(writer) }
    }

    func submitContinue(_ stream: HTTP2Stream) {
        HTTP2ResponseFields.withStatus(.continue) { fields in
            _ = nghttp2_submit_headers(
                self.handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, nil, fields.baseAddress, fields.count, nil)
        }
    }

    private func source(of body: HTTPBody, for stream: HTTP2Stream) -> HTTP2Stream.Source {
        switch body {
        case .empty: .none
        case .bytes(let bytes): .bytes(bytes)
        case .shared(let slice): .shared(slice)
        case .file(let slice): .file(slice)
        case .stream: .stream(self.makeWriter(for: stream))
        }
    }

    /// Ends the stream by our own fault, so that the client sees its body was cut short.
    func abort(_ stream: HTTP2Stream) {
        stream.isAborted = true
        self.reset(stream, NGHTTP2_INTERNAL_ERROR)
    }

    // MARK: Bodies

    /// How much of the body goes into the next frame, at most `buffer.count`. Only bytes of files are copied here:
    /// the others go straight into the output queue when nghttp2 has made the frame's head.
    func readBody(
        of stream: HTTP2Stream, _ buffer: UnsafeMutableRawBufferPointer, flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        if self.isOutputFull { return Int(NGHTTP2_ERR_PAUSE.rawValue) }
        let unsent = stream.unsentByteCount
        let count = min(unsent, buffer.count)
        switch stream.source {
        case .none:
            flags.pointee |= Self.endOfBody
        case .bytes, .shared:
            flags.pointee |= count == unsent ? Self.noCopy | Self.endOfBody : Self.noCopy
        case .file(let slice):
            guard self.read(slice, from: stream.sentBodyByteCount, into: buffer.prefix(count)) else {
                stream.isAborted = true
                return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
            }
            stream.sentBodyByteCount += count
            if count == unsent { flags.pointee |= Self.endOfBody }
        case .stream:
            if stream.isComplete, count == unsent { flags.pointee |= Self.endOfBody }
            if count > 0 {
                flags.pointee |= Self.noCopy
            } else if !stream.isComplete {
                stream.isDeferred = true
                return Int(NGHTTP2_ERR_DEFERRED.rawValue)
            }
        }
        return count
    }

    /// False when the file is shorter than it was, or cannot be read.
    private func read(
        _ slice: FileSlice, from start: Int, into buffer: Slice<UnsafeMutableRawBufferPointer>
    ) -> Bool {
        let buffer = UnsafeMutableRawBufferPointer(rebasing: buffer)
        var done = 0
        while done < buffer.count {
            let count = pread(
                slice.file.raw, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                off_t(slice.offset + start + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// Puts one DATA frame into the output queue.
    func sendBody(of stream: HTTP2Stream, frameHead: UnsafePointer<UInt8>, byteCount: Int) -> CInt {
        let output = self.context.output
        output.append(UnsafeRawBufferPointer(start: frameHead, count: 9))
        let range = stream.sentBodyByteCount..<stream.sentBodyByteCount + byteCount
        switch stream.source {
        case .bytes(let bytes):
            bytes.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[range])) }
        case .shared(let slice):
            let start = slice.range.lowerBound
            output.append(SharedSlice(slice.owner, start + range.lowerBound..<start + range.upperBound))
        case .stream:
            stream.unsent.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[..<byteCount])) }
            stream.unsent.consume(byteCount)
            self.noticeRoom(in: stream)
        case .none, .file:
            break
        }
        stream.sentBodyByteCount += byteCount
        return self.callbackResult
    }

    // MARK: What became of frames

    func sent(_ frame: UnsafePointer<nghttp2_frame>) -> CInt {
        let head = frame.pointee.hd
        switch head.type {
        case UInt8(NGHTTP2_DATA.rawValue):
            self.bodySent(
                byteCount: head.length, endsBody: head.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0)
            self.noticeEnd(head)
        case UInt8(NGHTTP2_HEADERS.rawValue):
            self.noticeEnd(head)
        case UInt8(NGHTTP2_RST_STREAM.rawValue):
            self.countReset(head.stream_id, byPeer: false)
        case UInt8(NGHTTP2_GOAWAY.rawValue):
            self.noticeGoingAway(frame.pointee.goaway.error_code)
        default:
            break
        }
        // A failure noticed here does not keep what is left from being sent.
        return 0
    }

    private func noticeEnd(_ head: nghttp2_frame_hd) {
        guard head.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0, let stream = self.stream(head.stream_id),
            case .responding = stream.phase
        else { return }
        stream.phase = .answered
        self.awaitUnwantedEnd(of: stream)
        if stream.isKnown {
            self.delegate.sessionFinishedResponse(
                stream.id, status: stream.status, bodyByteCount: stream.sentBodyByteCount)
        }
    }

    /// nghttp2 ends the connection by itself when the client breaks the protocol.
    private func noticeGoingAway(_ code: UInt32) {
        guard self.failure == nil, code != NGHTTP2_NO_ERROR.rawValue else { return }
        self.failure =
            switch nghttp2_error_code(rawValue: code) {
            case NGHTTP2_PROTOCOL_ERROR: .protocolError
            case NGHTTP2_FLOW_CONTROL_ERROR: .flowControlError
            case NGHTTP2_FRAME_SIZE_ERROR: .frameSizeError
            case NGHTTP2_COMPRESSION_ERROR: .compressionError
            case NGHTTP2_STREAM_CLOSED: .streamClosedError
            case NGHTTP2_SETTINGS_TIMEOUT, NGHTTP2_ENHANCE_YOUR_CALM: .settingsError
            default: .internalError
            }
    }

    /// A head that nghttp2 refuses to pack is our mistake; the client must not wait for it.
    func couldNotSend(_ frame: UnsafePointer<nghttp2_frame>) -> CInt {
        let head = frame.pointee.hd
        if head.type == UInt8(NGHTTP2_HEADERS.rawValue), let stream = self.stream(head.stream_id) { self.abort(stream) }
        return 0
    }
}
