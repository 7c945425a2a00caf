internal import CNGHTTP2

/// nghttp2's C callbacks, each of which finds its session and calls one method of it.
enum HTTP2Library {
    // SAFETY: filled once, before anyone can see it, and only read afterwards; nghttp2 copies from it.
    private nonisolated(unsafe) static let callbacks: OpaquePointer = makeCallbacks()

    /// A new server session, without its user data.
    static func makeSession(_ limits: HTTPLimits) -> OpaquePointer {
        var options: OpaquePointer?
        var handle: OpaquePointer?
        guard nghttp2_option_new(&options) == 0, let options else { fatalError("out of memory") }
        defer { nghttp2_option_del(options) }
        // Acknowledgements of SETTINGS and PING that may wait in the library while the client takes nothing.
        nghttp2_option_set_max_outbound_ack(options, limits.controlFrameCountMax)
        // Closed streams are kept for the older priorities only, which are not used.
        nghttp2_option_set_no_closed_streams(options, 1)
        guard nghttp2_session_server_new2(&handle, self.callbacks, nil, options) == 0, let handle else {
            fatalError("out of memory")
        }
        return handle
    }

    private static func makeCallbacks() -> OpaquePointer {
        var callbacks: OpaquePointer?
        guard nghttp2_session_callbacks_new(&callbacks) == 0, let callbacks else { fatalError("out of memory") }
        self.setReceiving(callbacks)
        self.setSending(callbacks)
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, _, session in
            HTTP2Library.call(session) { $0.streamClosed(id) }
        }
        return callbacks
    }

    private static func setReceiving(_ callbacks: OpaquePointer) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, session in
            guard let frame else { return 0 }
            let isRequest = frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
            return HTTP2Library.call(session) { $0.headersBegan(frame.pointee.hd.stream_id, isRequest: isRequest) }
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) { _, frame, name, nameCount, value, valueCount, _, session in
            guard let frame else { return 0 }
            let name = UnsafeBufferPointer(start: name, count: nameCount).span
            let value = UnsafeBufferPointer(start: value, count: valueCount).span
            return HTTP2Library.call(session) { $0.received(name, value, on: frame.pointee.hd.stream_id) }
        }
        nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks) { _, _, _, _, _, _, _, _ in
            // nghttp2 would leave the field out and go on; a request that is wrong in part is wrong.
            NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, count, session in
            let bytes = UnsafeBufferPointer(start: bytes, count: count)
            return HTTP2Library.call(session) { $0.receivedBody(bytes.span, on: id) }
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, session in
            guard let frame else { return 0 }
            return HTTP2Library.call(session) { $0.received(frame) }
        }
    }

    private static func setSending(_ callbacks: OpaquePointer) {
        nghttp2_session_callbacks_set_send_data_callback(callbacks) { _, _, head, count, source, session in
            guard let head, let stream = HTTP2Library.stream(source) else {
                return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
            }
            return HTTP2Library.call(session) { $0.sendBody(of: stream, frameHead: head, byteCount: count) }
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, session in
            guard let frame else { return 0 }
            return HTTP2Library.call(session) { $0.sent(frame) }
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, _, session in
            guard let frame else { return 0 }
            return HTTP2Library.call(session) { $0.couldNotSend(frame) }
        }
    }

    /// The body of an answer, read by `HTTP2Session.readBody`.
    static func provider(for stream: HTTP2Stream) -> nghttp2_data_provider {
        nghttp2_data_provider(
            source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque()),
            read_callback: { _, _, buffer, count, flags, source, session in
                guard let session, let buffer, let flags, let stream = HTTP2Library.stream(source) else {
                    return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
                }
                return Unmanaged<HTTP2Session>.fromOpaque(session)._withUnsafeGuaranteedRef {
                    $0.readBody(of: stream, UnsafeMutableRawBufferPointer(start: buffer, count: count), flags: flags)
                }
            })
    }

    private static func stream(_ source: UnsafeMutablePointer<nghttp2_data_source>?) -> HTTP2Stream? {
        guard let pointer = source?.pointee.ptr else { return nil }
        return Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// The session is alive as long as nghttp2's own, and a call of it is what led here.
    private static func call(_ session: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> CInt) -> CInt {
        guard let session else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
        return Unmanaged<HTTP2Session>.fromOpaque(session)._withUnsafeGuaranteedRef(body)
    }
}
