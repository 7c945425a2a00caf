internal import CNGHTTP2
internal import Primitives

/// How far a graceful end has come (RFC 9113 §6.8).
enum HTTP2DrainState: Equatable {
    case none
    /// The client was told to open no more streams; those it had opened by then are still taken.
    case noticed
    /// The client knows the last stream that will be answered.
    case final
}

/// Ending without losing a request: first a notice, then, when the client has seen it, the number of the last
/// stream that was taken.
extension HTTP2Session {
    /// A client that does not answer the notice by then is told the last stream anyway.
    static let drainNoticeTime = TimeAmount.seconds(1)

    package func beginDrain() {
        self.submitDrainNotice()
        self.pumpAndFlush()
    }

    func submitDrainNotice() {
        guard self.drain == .none, self.failure == nil else { return }
        self.drain = .noticed
        self.deadlines.drainNotice = self.clock + Self.drainNoticeTime
        nghttp2_submit_shutdown_notice(self.handle)
        // The answer to a PING that follows the notice shows that the client has read both.
        nghttp2_submit_ping(self.handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    }

    func finishDrainNotice() {
        guard self.drain == .noticed else { return }
        self.drain = .final
        self.deadlines.drainNotice = nil
        nghttp2_submit_goaway(
            self.handle, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(self.handle),
            NGHTTP2_NO_ERROR.rawValue, nil, 0)
    }
}
