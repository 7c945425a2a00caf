/// How the end of a request's body is found (RFC 9112 §6).
package enum HTTP1BodyFraming: Equatable, Sendable {
    case none
    case fixed(byteCount: Int)
    case chunked
}

/// A request's head with what HTTP/1 adds to it.
package struct HTTP1RequestHead: Sendable {
    package var request: HTTPRequest
    package var framing: HTTP1BodyFraming
    package var expectsContinue: Bool
    /// The client, or its protocol version, wants the connection closed after the answer.
    package var wantsClose: Bool
}

/// An incremental, strict parser of HTTP/1.1 requests (RFC 9112) that does no I/O.
///
/// Bytes come in any pieces. Lines that arrive whole are read where they lie; only an unfinished line is kept, never
/// longer than its limit, and body bytes are handed back as ranges of the caller's memory. Whatever two readers could
/// understand differently is an error: a bare LF, folded lines, a doubtful length. An error is final.
package struct HTTP1RequestParser: Sendable {
    package enum Event: Sendable {
        case head(HTTP1RequestHead)
        /// Body bytes: a range of the bytes that were given.
        case body(Range<Int>)
        /// The request is complete.
        case end
    }

    enum State: Sendable {
        case requestLine
        case fields
        case fixedBody(left: Int)
        case chunkSize
        case chunkData(left: Int)
        case chunkEnd
        case trailers
        case failed(HTTP1Error)
    }

    let limits: HTTPLimits
    var state = State.requestLine
    /// The line whose end has not come yet.
    private var unfinishedLine: [UInt8] = []
    private var skippedEmptyLine = false
    /// Bytes of the head, or of the trailers, so far.
    private var sectionByteCount = 0
    var head = HTTP1HeadBuilder()

    package init(limits: HTTPLimits) { self.limits = limits }

    /// True between requests, with nothing of the next one read.
    package var isBetweenRequests: Bool {
        if case .requestLine = self.state { self.unfinishedLine.isEmpty } else { false }
    }

    /// The next event in `bytes` from `offset` on, which moves past what was read; nil when more bytes are needed,
    /// with all of `bytes` read.
    package mutating func next(_ bytes: Span<UInt8>, at offset: inout Int) throws(HTTP1Error) -> Event? {
        do throws(HTTP1Error) {
            while true {
                switch self.state {
                case .fixedBody(left: 0):
                    self.state = .requestLine
                    return .end
                case .fixedBody(let left):
                    guard let range = Self.bodyRange(bytes, &offset, left) else { return nil }
                    self.state = .fixedBody(left: left - range.count)
                    return .body(range)
                case .chunkData(let left):
                    guard let range = Self.bodyRange(bytes, &offset, left) else { return nil }
                    self.state = range.count == left ? .chunkEnd : .chunkData(left: left - range.count)
                    return .body(range)
                case .requestLine, .fields, .chunkSize, .chunkEnd, .trailers:
                    guard let isLineTaken = try self.takeLine(bytes, &offset) else { return nil }
                    if let event = isLineTaken { return event }
                case .failed(let error):
                    throw error
                }
            }
        } catch {
            self.state = .failed(error)
            throw error
        }
    }

    private static func bodyRange(_ bytes: Span<UInt8>, _ offset: inout Int, _ left: Int) -> Range<Int>? {
        guard offset < bytes.count else { return nil }
        let range = offset..<offset + min(left, bytes.count - offset)
        offset = range.upperBound
        return range
    }

    // MARK: Lines

    /// Reads one line: nil when its end has not come, otherwise the event it completes, if any.
    private mutating func takeLine(_ bytes: Span<UInt8>, _ offset: inout Int) throws(HTTP1Error) -> Event?? {
        let start = offset
        guard let feed = bytes.firstLineFeed(from: start) else {
            try self.checkLine(byteCount: self.unfinishedLine.count + bytes.count - start)
            if start < bytes.count { self.unfinishedLine.append(copying: bytes.extracting(start...)) }
            offset = bytes.count
            return nil
        }
        offset = feed + 1
        try self.checkLine(byteCount: self.unfinishedLine.count + feed - start)
        guard !self.unfinishedLine.isEmpty else { return .some(try self.understand(bytes.extracting(start..<feed))) }
        self.unfinishedLine.append(copying: bytes.extracting(start..<feed))
        let line = self.unfinishedLine
        self.unfinishedLine = []
        return .some(try self.understand(line.span))
    }

    /// The limits that a line of the present state has to keep, finished or not.
    private func checkLine(byteCount: Int) throws(HTTP1Error) {
        switch self.state {
        case .requestLine:
            if byteCount > self.limits.requestLineByteCountMax {
                throw HTTP1Error(.uriTooLong, "request-line-too-long")
            }
        case .fields:
            if byteCount > self.limits.fieldByteCountMax { throw HTTP1Error(.headerFieldsTooLarge, "field-too-long") }
            if self.sectionByteCount + byteCount > self.limits.headByteCountMax {
                throw HTTP1Error(.headerFieldsTooLarge, "head-too-long")
            }
        case .trailers:
            if self.sectionByteCount + byteCount > self.limits.trailerByteCountMax {
                throw HTTP1Error(.headerFieldsTooLarge, "trailers-too-long")
            }
        case .chunkSize, .chunkEnd:
            if byteCount > self.limits.chunkLineByteCountMax { throw HTTP1Error(.badRequest, "chunk-line-too-long") }
        case .fixedBody, .chunkData, .failed:
            break
        }
    }

    /// `line` still ends with the CR that has to stand before the LF.
    private mutating func understand(_ line: Span<UInt8>) throws(HTTP1Error) -> Event? {
        guard line.count > 0, line[line.count - 1] == UInt8(ascii: "\r") else {
            throw HTTP1Error(.badRequest, "bare-line-feed")
        }
        let content = line.extracting(0..<line.count - 1)
        self.sectionByteCount += line.count + 1
        switch self.state {
        case .requestLine:
            try self.understandRequestLine(content)
            return nil
        case .fields:
            guard content.isEmpty else {
                try self.head.addField(content, countMax: self.limits.fieldCountMax)
                return nil
            }
            return .head(try self.finishHead())
        case .chunkSize:
            let size = try HTTP1Chunk.size(content)
            self.sectionByteCount = 0
            self.state = size == 0 ? .trailers : .chunkData(left: size)
            return nil
        case .chunkEnd:
            guard content.isEmpty else { throw HTTP1Error(.badRequest, "chunk-not-ended") }
            self.state = .chunkSize
            return nil
        case .trailers:
            guard content.isEmpty else {
                try HTTP1Chunk.checkTrailer(content)
                return nil
            }
            self.state = .fixedBody(left: 0)
            return nil
        case .fixedBody, .chunkData, .failed:
            preconditionFailure("no lines in this state")
        }
    }

    /// One empty line before a request is forgiven (RFC 9112 §2.2); a second is not.
    private mutating func understandRequestLine(_ line: Span<UInt8>) throws(HTTP1Error) {
        if line.isEmpty, !self.skippedEmptyLine {
            self.skippedEmptyLine = true
            return
        }
        self.skippedEmptyLine = false
        self.sectionByteCount = 0
        try self.head.start(line)
        self.state = .fields
    }

    private mutating func finishHead() throws(HTTP1Error) -> HTTP1RequestHead {
        let head = try self.head.finish()
        self.sectionByteCount = 0
        switch head.framing {
        case .none: self.state = .fixedBody(left: 0)
        case .fixed(let byteCount): self.state = .fixedBody(left: byteCount)
        case .chunked: self.state = .chunkSize
        }
        return head
    }
}
