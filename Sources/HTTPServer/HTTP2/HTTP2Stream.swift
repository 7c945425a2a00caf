internal import Primitives
internal import Reactor

/// One request and its answer. Owned by its session's table; nghttp2 holds a plain pointer to it until it says that
/// the stream is closed.
final class HTTP2Stream {
    enum Phase {
        /// The header block is arriving.
        case head
        /// The body is arriving; the request is with the delegate once it is whole.
        case body(HTTPRequest, byteCountMax: Int)
        /// The delegate has the request; its answer is awaited.
        case handling
        /// The answer is on its way.
        case responding
        /// The last frame of the answer was queued.
        case answered
    }

    /// What the body of the answer is read from.
    enum Source {
        case none
        case bytes([UInt8])
        case shared(SharedSlice)
        case file(FileSlice)
        case stream(HTTPStreamWriter)
    }

    let id: HTTPStreamID
    /// Its place in the session's table.
    var index: Int
    var phase = Phase.head
    var isHead = false
    /// Whether the delegate was told of it.
    var isKnown = false
    /// Reset by our own decision, not because of anything the client did.
    var isAborted = false

    // Receiving.
    /// When more of the body has to have come; once the stream is answered, when its end has to.
    var bodyDeadline = MonotonicTime(nanoseconds: 0)
    /// Its part of what the session holds for requests without an answer.
    var heldBodyByteCount = 0
    /// Bytes of body that came although nobody wants them.
    var unwantedByteCount = 0

    // Answering.
    var status = HTTPStatus.ok
    var source = Source.none
    var sentBodyByteCount = 0
    // The wait for window at hand: its end, and what the stream and its connection had sent when it began.
    var windowDeadline = MonotonicTime(nanoseconds: 0)
    var sentByteCountBefore = 0
    var sentByteCountOfConnectionBefore = 0
    // A streamed body: what was written and not yet framed, and whether more will come.
    var unsent = ByteQueue()
    var isComplete = false
    /// nghttp2 does not ask for more until told that there is some.
    var isDeferred = false
    var wantsDrain = false

    init(id: HTTPStreamID, index: Int) {
        self.id = id
        self.index = index
    }

    /// Fixed bodies: what is still to be sent.
    var unsentByteCount: Int {
        switch self.source {
        case .none: 0
        case .bytes(let bytes): bytes.count - self.sentBodyByteCount
        case .shared(let slice): slice.count - self.sentBodyByteCount
        case .file(let slice): slice.count - self.sentBodyByteCount
        case .stream: self.unsent.count
        }
    }
}
