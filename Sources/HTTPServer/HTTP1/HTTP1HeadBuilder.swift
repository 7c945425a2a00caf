internal import Primitives

/// Gathers one request's head line by line and decides what it means as a whole.
struct HTTP1HeadBuilder: Sendable {
    private var method = HTTPMethod.get
    private var version = HTTPVersion.http1_1
    private var target: [UInt8] = []
    private var pathCount = 0
    /// The authority of an absolute target; has to agree with `Host`.
    private var targetAuthority: [UInt8]?
    private var fields = HTTPFields()

    // What the fields that steer the connection said. Kept apart so that no later code looks them up again.
    private var host: [UInt8]?
    private var contentLength: Int?
    private var isChunked = false
    private var saysClose = false
    private var saysKeepAlive = false
    private var expectsContinue = false

    /// Begins with a request line, without its CRLF.
    mutating func start(_ line: Span<UInt8>) throws(HTTP1Error) {
        self = HTTP1HeadBuilder()
        let parsed = try HTTP1RequestLine(line)
        self.method = parsed.method
        self.version = parsed.version
        self.target = parsed.target
        self.pathCount = parsed.pathCount
        self.targetAuthority = parsed.authority
        self.fields.reserve(fields: 8, bytes: 256)
    }

    /// Adds a field line, without its CRLF.
    mutating func addField(_ line: Span<UInt8>, countMax: Int) throws(HTTP1Error) {
        guard self.fields.count < countMax else { throw HTTP1Error(.headerFieldsTooLarge, "too-many-fields") }
        let (name, value) = try HTTP1FieldLine.split(line)
        do throws(HTTPFieldError) {
            try self.fields.append(name: line.extracting(name), value: line.extracting(value))
        } catch {
            throw HTTP1Error(.badRequest, "illegal-field")
        }
        try self.interpret(line.extracting(name), line.extracting(value))
    }

    private mutating func interpret(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(HTTP1Error) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"):
            guard self.host == nil else { throw HTTP1Error(.badRequest, "host-repeated") }
            guard HTTPAuthority.isValid(value) else { throw HTTP1Error(.badRequest, "host-invalid") }
            self.host = [UInt8](copying: value)
        case 6 where name.equalsIgnoringCase("expect"):
            guard value.equalsIgnoringCase("100-continue") else {
                throw HTTP1Error(.expectationFailed, "expectation-unknown")
            }
            self.expectsContinue = true
        case 10 where name.equalsIgnoringCase("connection"):
            self.readConnection(value)
        case 14 where name.equalsIgnoringCase("content-length"):
            guard self.contentLength == nil else { throw HTTP1Error(.badRequest, "content-length-repeated") }
            self.contentLength = try Self.length(value)
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            // One coding, once, spelt plainly: everything else is read differently by somebody.
            guard !self.isChunked, value.equalsIgnoringCase("chunked") else {
                throw HTTP1Error(.badRequest, "transfer-encoding-invalid")
            }
            self.isChunked = true
        case 14 where name.equalsIgnoringCase("content_length"), 17 where name.equalsIgnoringCase("transfer_encoding"):
            // Some servers behind and before us take these for the real ones.
            throw HTTP1Error(.badRequest, "framing-field-disguised")
        default:
            break
        }
    }

    /// Digits only, no leading zero that somebody could read as octal, no overflow.
    private static func length(_ value: Span<UInt8>) throws(HTTP1Error) -> Int {
        guard value.count > 0, value.count <= 18, value.count == 1 || value[0] != UInt8(ascii: "0") else {
            throw HTTP1Error(.badRequest, "content-length-invalid")
        }
        var length = 0
        for index in value.indices {
            guard HTTPCharacter.isDigit(value[index]) else { throw HTTP1Error(.badRequest, "content-length-invalid") }
            length = length * 10 + Int(value[index] &- UInt8(ascii: "0"))
        }
        return length
    }

    private mutating func readConnection(_ value: Span<UInt8>) {
        HTTP1FieldLine.forEachListItem(value) { item in
            if item.equalsIgnoringCase("close") { self.saysClose = true }
            if item.equalsIgnoringCase("keep-alive") { self.saysKeepAlive = true }
        }
    }

    /// Ends the head: checks what only makes sense together.
    mutating func finish() throws(HTTP1Error) -> HTTP1RequestHead {
        if self.isChunked {
            if self.contentLength != nil { throw HTTP1Error(.badRequest, "two-lengths") }
            if self.version == .http1_0 { throw HTTP1Error(.badRequest, "chunked-in-http-1-0") }
        }
        if self.host == nil, self.version != .http1_0 { throw HTTP1Error(.badRequest, "host-missing") }
        if let authority = self.targetAuthority, let host = self.host,
            !authority.span.equalsIgnoringCase(host.span)
        {
            throw HTTP1Error(.badRequest, "host-contradicts-target")
        }
        var request = HTTPRequest(
            method: self.method, version: self.version, target: self.target, pathCount: self.pathCount,
            authority: self.host ?? self.targetAuthority ?? [], fields: HTTPFields())
        swap(&request.fields, &self.fields)
        let framing: HTTP1BodyFraming =
            if self.isChunked { .chunked } else if let length = self.contentLength, length > 0 {
                .fixed(byteCount: length)
            } else { .none }
        return HTTP1RequestHead(
            request: request, framing: framing,
            expectsContinue: self.expectsContinue && self.version == .http1_1 && framing != .none,
            wantsClose: self.saysClose || (self.version == .http1_0 && !self.saysKeepAlive))
    }
}
