/// What the layers below refuse, in the words of a metric and of a log line.
extension RTMPError {
    init(_ error: HandshakeError) {
        switch error {
        case .secureTransport:
            self.init("tls-on-plain-port", "a TLS hello came to a plain RTMP port; use rtmp:// here, or the RTMPS port")
        case .http:
            self.init("http-on-rtmp-port", "an HTTP request came to an RTMP port; RTMP tunnelled in HTTP is not offered")
        case .version:
            self.init("handshake-version", "the first byte is no RTMP version; the peer may not be speaking RTMP")
        }
    }

    init(_ error: ChunkError) {
        switch error {
        case .headerWithoutPrevious:
            self.init("chunk-header", "a chunk leans on a header that never came; the peer's chunks are broken")
        case .tooManyChunkStreams:
            self.init("chunk-streams", "more chunk streams at once than a publisher needs")
        case .messageTooLarge:
            self.init("message-size", "a message is larger than messages may be; lower the bit rate of key frames")
        case .tooMuchUnfinished:
            self.init("unfinished-messages", "unfinished messages hold more than they may")
        case .chunkSizeInvalid:
            self.init("chunk-size", "Set Chunk Size says a size that cannot be")
        }
    }

    static let tooManyMessages = RTMPError(
        "too-many-messages", "more messages besides accepted media than a publisher sends")
    static let tooManyCommands = RTMPError("too-many-commands", "many commands and no accepted publish")
    static let tooManyAnswers = RTMPError("too-many-answers", "one input asks for more answers than a publisher does")
    static let connectInvalid = RTMPError("connect-invalid", "connect comes without its object of properties")
    static let publishBeforeConnect = RTMPError("publish-before-connect", "publish came before connect")
}
