internal import Primitives

/// Tells HTTP/2 with prior knowledge from HTTP/1 by the first bytes of a cleartext connection (RFC 9113 §3.3).
struct HTTPProtocolSniffer {
    enum Verdict: Equatable {
        case needsMore
        case http1
        case http2
    }

    static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    /// What has come so far; at most the 24 bytes of the preface.
    private(set) var held: [UInt8] = []

    /// Looks at further bytes. While more are needed they are kept; the verdict leaves all of them in `held`, to be
    /// given to the session before anything else, except those of `bytes` itself.
    mutating func look(at bytes: borrowing RawSpan) -> Verdict {
        let preface = Self.preface
        let start = self.held.count
        let compared = min(bytes.byteCount, preface.utf8CodeUnitCount - start)
        let matches = preface.withUTF8Buffer { expected in
            bytes.withUnsafeBytes { $0[..<compared].elementsEqual(expected[start..<start + compared]) }
        }
        guard matches else { return .http1 }
        if start + compared == preface.utf8CodeUnitCount { return .http2 }
        bytes.withUnsafeBytes { self.held.append(contentsOf: $0) }
        return .needsMore
    }
}
