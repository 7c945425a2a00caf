/// Puts an answer together from what the library hands over: lines of heads, pieces of a body. Holds no more than its
/// bounds, whatever the other side announces.
///
/// Each `take` says whether to go on; when it does not, `fault` says why.
struct HTTPClientResponseReader {
    private let headByteCountMax: Int
    private let fieldCountMax: Int
    private let bodyByteCountMax: Int
    private var headByteCount = 0
    private var hasBodyBegun = false
    private var isInHead = false
    private var fields: [HTTPClientField] = []
    private var body: [UInt8] = []
    private(set) var fault: HTTPClientError.Code?

    init(limits: HTTPClientLimits, bodyByteCountMax: Int?) {
        self.headByteCountMax = limits.headByteCountMax
        self.fieldCountMax = limits.fieldCountMax
        self.bodyByteCountMax = min(limits.bodyByteCountMax, bodyByteCountMax ?? .max)
    }

    /// A status line, a field, or the empty line at a head's end. Of several heads (interim answers) the last one
    /// counts; trailers count towards the bound and are dropped.
    mutating func takeHeadLine(_ line: UnsafeRawBufferPointer) -> Bool {
        self.headByteCount += line.count
        guard self.headByteCount <= self.headByteCountMax else { return self.fail(.headTooLarge) }
        guard !self.hasBodyBegun else { return true }
        var line = line[...]
        while let last = line.last, last == 0x0a || last == 0x0d { line.removeLast() }
        if line.isEmpty {
            self.isInHead = false
            return true
        }
        if !self.isInHead {
            // Trailers may follow an empty body.
            guard line.starts(with: "HTTP/".utf8) else { return true }
            self.isInHead = true
            self.fields.removeAll(keepingCapacity: true)
            return true
        }
        return self.takeField(line)
    }

    mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        self.hasBodyBegun = true
        guard bytes.count <= self.bodyByteCountMax - self.body.count else { return self.fail(.bodyTooLarge) }
        self.body.append(contentsOf: bytes)
        return true
    }

    func response(status: Int) -> HTTPClientResponse {
        HTTPClientResponse(status: status, fields: self.fields, body: self.body)
    }

    private mutating func takeField(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard self.fields.count < self.fieldCountMax else { return self.fail(.headTooLarge) }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            return self.fail(.responseMalformed)
        }
        let name = line[..<colon].map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }
        var value = line[(colon + 1)...]
        while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        guard name.allSatisfy(HTTPClientField.isLowerTokenByte), value.allSatisfy(HTTPClientField.isValueByte) else {
            return self.fail(.responseMalformed)
        }
        self.fields.append(
            HTTPClientField(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        return true
    }

    private mutating func fail(_ code: HTTPClientError.Code) -> Bool {
        self.fault = code
        return false
    }
}
