internal import Primitives
internal import Reactor

/// Responses whose body is made while it is sent.
extension HTTP1Session {
    func startStream(
        _ produce: HTTPStreamProducer, _ status: HTTPStatus, _ coding: HTTP1ResponseWriter.Coding
    ) {
        // The writer and this session refer to one another until the stream ends, one way or the other.
        let transport = HTTPStreamWriter.Transport(
            write: { self.writeStream($0) },
            finish: { self.endStream(isComplete: true) },
            abort: { self.endStream(isComplete: false) })
        let writer = HTTPStreamWriter(loop: self.context.loop, transport: transport)
        self.streamedStatus = status
        self.streamedByteCount = 0
        self.exchange = .streaming(writer, coding)
        produce(writer)
    }

    private func writeStream(_ bytes: [UInt8]) -> HTTPStreamWriter.WriteResult {
        guard case .streaming(_, let coding) = self.exchange else { return .closed }
        let output = self.context.output
        guard output.byteCount < self.context.limits.streamBufferedByteCountMax else { return .full }
        // A chunk of no bytes would end the body.
        guard !bytes.isEmpty else { return .queued }
        self.streamedByteCount &+= bytes.count
        switch coding {
        case .chunked:
            output.write { queued in
                queued.append(hexadecimal: bytes.count)
                queued.append("\r\n")
                queued.append(contentsOf: bytes)
                queued.append("\r\n")
            }
        case .length, .untilClose:
            output.append(bytes)
        }
        self.context.requestFlush()
        return .queued
    }

    /// An incomplete body is never given the mark of its end: the client sees that the connection closed before it.
    private func endStream(isComplete: Bool) {
        guard case .streaming(_, let coding) = self.exchange else { return }
        if isComplete, coding == .chunked { self.context.output.append(Array("0\r\n\r\n".utf8)) }
        if !isComplete { self.closesAfterResponse = true }
        self.finishResponse(self.streamedStatus, bodyByteCount: self.streamedByteCount)
        // Where the end of the connection is the end of the body, only a reset tells the client.
        if !isComplete, coding == .untilClose { self.context.requestAbort() }
        self.context.requestFlush()
    }
}
