internal import Primitives
internal import Reactor

/// Gathers the fields of one request as the header block is unpacked and decides what they mean as a whole.
///
/// nghttp2 has checked by then what RFC 9113 §8.2 and §8.3 demand of any message: legal bytes, lower-case names,
/// pseudo-fields complete, once and first, no field that belongs to a connection. Here follows what Podo demands, and
/// the limits: beyond them fields are counted and no longer kept.
struct HTTP2HeadBuilder: Sendable {
    enum Outcome {
        case request(HTTPRequest)
        case refuse(HTTP2Refusal)
    }

    /// What RFC 9113 §6.5.2 adds to the bytes of each field.
    private static let fieldOverhead = 32
    private static let cookieName = HTTPFieldName("cookie")
    private static let hostName = HTTPFieldName("host")

    private let limits: HTTPLimits
    private var listByteCount = 0
    private var fieldCount = 0
    private var refusal: HTTP2Refusal?
    private var method: HTTPMethod?
    private var isSchemeKnown = false
    private var target: [UInt8] = []
    private var pathCount = 0
    private var authority: [UInt8] = []
    private var cookie: [UInt8] = []
    private var fields = HTTPFields()

    init(limits: HTTPLimits) { self.limits = limits }

    /// A HEAD request is answered without a body even when it is refused.
    var isHead: Bool { self.method == .head }

    /// Takes one field. False when the list has become so large that even refusing the request politely costs too
    /// much: the connection should end.
    mutating func add(name: Span<UInt8>, value: Span<UInt8>) -> Bool {
        self.listByteCount += name.count + value.count + Self.fieldOverhead
        guard self.listByteCount <= self.limits.headByteCountMax else {
            self.refuse(.headerFieldsTooLarge, "head-too-long")
            return self.listByteCount <= 2 * self.limits.headByteCountMax
        }
        if !name.isEmpty, name[0] == UInt8(ascii: ":") {
            self.addPseudoField(name, value)
            return true
        }
        self.fieldCount += 1
        guard self.fieldCount <= self.limits.fieldCountMax else {
            self.refuse(.headerFieldsTooLarge, "too-many-fields")
            return true
        }
        guard name.count + value.count <= self.limits.fieldByteCountMax else {
            self.refuse(.headerFieldsTooLarge, "field-too-long")
            return true
        }
        if name.equals("cookie") {
            self.addCookie(value)
        } else {
            self.append(name, value)
        }
        return true
    }

    private mutating func addPseudoField(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        switch name.count {
        case 5 where name.equals(":path"):
            self.readTarget(value)
        case 7 where name.equals(":method"):
            self.readMethod(value)
        case 7 where name.equals(":scheme"):
            self.isSchemeKnown = value.equals("https") || value.equals("http")
        case 10 where name.equals(":authority"):
            guard HTTPAuthority.isValid(value) else {
                self.refuse(.badRequest, "host-invalid")
                return
            }
            self.authority = [UInt8](copying: value)
        default:
            self.refuse(.badRequest, "illegal-field")
        }
    }

    /// Methods are case-sensitive (RFC 9110 §9.1).
    private mutating func readMethod(_ value: Span<UInt8>) {
        for method in HTTPMethod.allCases where value.equals(method.name) { self.method = method }
        if self.method == nil { self.refuse(.notImplemented, "method-unknown") }
        if self.method == .connect { self.refuse(.methodNotAllowed, "connect-refused") }
    }

    private mutating func readTarget(_ value: Span<UInt8>) {
        guard value.count <= self.limits.requestLineByteCountMax else {
            self.refuse(.uriTooLong, "request-line-too-long")
            return
        }
        self.target = [UInt8](copying: value)
        self.pathCount = value.firstIndex(of: UInt8(ascii: "?")) ?? value.count
        var isLegal = true
        for index in value.indices { isLegal = isLegal && HTTPCharacter.isTargetByte(value[index]) }
        if !isLegal { self.refuse(.badRequest, "target-illegal-byte") }
    }

    /// A client may send its cookies as several fields for the compression's sake; they are one (RFC 9113 §8.2.3).
    private mutating func addCookie(_ value: Span<UInt8>) {
        if !self.cookie.isEmpty {
            self.cookie.append(UInt8(ascii: ";"))
            self.cookie.append(UInt8(ascii: " "))
        }
        self.cookie.append(copying: value)
        if self.cookie.count > self.limits.fieldByteCountMax {
            self.refuse(.headerFieldsTooLarge, "field-too-long")
        }
    }

    private mutating func append(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        do throws(HTTPFieldError) {
            try self.fields.append(name: name, value: value)
        } catch {
            self.refuse(.badRequest, "illegal-field")
        }
    }

    /// The first reason stands.
    private mutating func refuse(_ status: HTTPStatus, _ reason: StaticString) {
        if self.refusal == nil { self.refusal = HTTP2Refusal(status: status, reason: reason) }
    }

    /// Ends the head. The builder has to be replaced before the next one.
    mutating func finish() -> Outcome {
        if !self.cookie.isEmpty { self.appendCookie() }
        if !self.isTargetPlausible { self.refuse(.badRequest, "target-malformed") }
        if !self.isSchemeKnown { self.refuse(.badRequest, "scheme-unknown") }
        if self.authority.isEmpty { self.readHost() }
        if !self.hostAgrees { self.refuse(.badRequest, "host-contradicts-target") }
        if let refusal = self.refusal { return .refuse(refusal) }
        // A missing method was refused by nghttp2, an unknown one above.
        return .request(
            HTTPRequest(
                method: self.method ?? .get, version: .http2, target: self.target, pathCount: self.pathCount,
                authority: self.authority, fields: self.fields))
    }

    private mutating func appendCookie() {
        let cookie = self.cookie
        Self.cookieName.text.withUTF8Buffer { self.append($0.span, cookie.span) }
    }

    /// A request that was an HTTP/1 request before may name its host in `host` alone (RFC 9113 §8.3.1).
    private mutating func readHost() {
        guard let host = self.fields.bytes(Self.hostName) else {
            self.refuse(.badRequest, "host-missing")
            return
        }
        guard HTTPAuthority.isValid(host.span) else {
            self.refuse(.badRequest, "host-invalid")
            return
        }
        self.authority = Array(host)
    }

    private var isTargetPlausible: Bool {
        if self.target.first == UInt8(ascii: "/") { return true }
        return self.method == .options && self.target == [UInt8(ascii: "*")]
    }

    /// Two names for one host would let a request be routed by one and served by the other.
    private var hostAgrees: Bool {
        guard let host = self.fields.bytes(Self.hostName) else { return true }
        return host.span.equalsIgnoringCase(self.authority.span)
    }
}
