internal import CNGHTTP2
internal import Primitives
internal import Reactor

/// Bodies that are made while they are sent. A stream holds up to `streamBufferedByteCountMax` bytes that have not
/// been framed, or one larger piece written at once.
extension HTTP2Session {
    func makeWriter(for stream: HTTP2Stream) -> HTTPStreamWriter {
        // The producer may keep its writer longer than there is a session.
        let transport = HTTPStreamWriter.Transport(
            write: { [weak self, weak stream] bytes in
                guard let self, let stream else { return .closed }
                return self.write(bytes, to: stream)
            },
            finish: { [weak self, weak stream] in
                guard let self, let stream else { return }
                stream.isComplete = true
                self.resume(stream)
            },
            abort: { [weak self, weak stream] in
                guard let self, let stream else { return }
                self.abort(stream)
                self.pumpAndFlush()
            })
        return HTTPStreamWriter(loop: self.context.loop, transport: transport)
    }

    private func write(_ bytes: [UInt8], to stream: HTTP2Stream) -> HTTPStreamWriter.WriteResult {
        guard !bytes.isEmpty else { return .queued }
        let byteCountMax = self.context.limits.streamBufferedByteCountMax
        guard stream.unsent.isEmpty || stream.unsent.count + bytes.count <= byteCountMax else {
            stream.wantsDrain = true
            return .full
        }
        stream.unsent.append(bytes)
        self.resume(stream)
        return .queued
    }

    /// Tells nghttp2 that a stream it had given up asking has something again.
    private func resume(_ stream: HTTP2Stream) {
        if stream.isDeferred {
            stream.isDeferred = false
            self.awaitWindow(stream)
            nghttp2_session_resume_data(self.handle, stream.id)
        }
        self.pumpAndFlush()
    }

    func noticeRoom(in stream: HTTP2Stream) {
        guard stream.wantsDrain, stream.unsent.count <= self.context.limits.streamBufferedByteCountMax / 2 else {
            return
        }
        stream.wantsDrain = false
        self.drained.append(stream)
    }

    /// Lets producers write again that had to wait. False when there were none.
    func tellDrainedProducers() -> Bool {
        guard !self.drained.isEmpty else { return false }
        let streams = self.drained
        self.drained = []
        for stream in streams {
            if case .stream(let writer) = stream.source { writer.transportDrained() }
        }
        return true
    }
}
