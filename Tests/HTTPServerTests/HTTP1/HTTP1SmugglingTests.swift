import Testing

@testable import HTTPServer

/// Everything that two servers in a row could read differently (RFC 9112 §11.2): refused, and the connection with it.
@Suite("Ambiguous requests") struct HTTP1SmugglingTests {
    private static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
    private static let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

    static let heads: [(bytes: String, answer: String)] = [
        // Two lengths, or one that can be read in two ways.
        (post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "400 two-lengths"),
        (post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", "400 two-lengths"),
        (post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", "400 content-length-repeated"),
        (post + "Content-Length: 3, 3\r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: +3\r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: -3\r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: 0x3\r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: 03\r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: 1 2\r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: 1_0\r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: 3.0\r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: \r\n\r\n", "400 content-length-invalid"),
        (post + "Content-Length: 99999999999999999999\r\n\r\n", "400 content-length-invalid"),
        (post + "Content_Length: 3\r\n\r\n", "400 framing-field-disguised"),
        (post + "Transfer_Encoding: chunked\r\n\r\n", "400 framing-field-disguised"),
        // A coding that is not plainly `chunked`.
        (post + "Transfer-Encoding: xchunked\r\n\r\n", "400 transfer-encoding-invalid"),
        (post + "Transfer-Encoding: chunked, chunked\r\n\r\n", "400 transfer-encoding-invalid"),
        (post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "400 transfer-encoding-invalid"),
        (post + "Transfer-Encoding: chunked,\r\n\r\n", "400 transfer-encoding-invalid"),
        (post + "Transfer-Encoding: identity\r\n\r\n", "400 transfer-encoding-invalid"),
        (post + "Transfer-Encoding: gzip, chunked\r\n\r\n", "400 transfer-encoding-invalid"),
        (post + "Transfer-Encoding: \"chunked\"\r\n\r\n", "400 transfer-encoding-invalid"),
        (post + "Transfer-Encoding: \r\n\r\n", "400 transfer-encoding-invalid"),
        (post + "Transfer-Encoding:\u{0B}chunked\r\n\r\n", "400 illegal-field"),
        (post + "Transfer-Encoding:\u{0C}chunked\r\n\r\n", "400 illegal-field"),
        (post + "Transfer-Encoding: chunked\u{0}\r\n\r\n", "400 illegal-field"),
        (post + "Transfer-Encoding:\r\n chunked\r\n\r\n", "400 transfer-encoding-invalid"),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 chunked-in-http-1-0"),
        // Lines and names.
        (post + "Content-Length : 3\r\n\r\n", "400 illegal-field"),
        (post + " X: 1\r\n\r\n", "400 folded-line"),
        (post + "X: 1\r\n\tY: 2\r\n\r\n", "400 folded-line"),
        (post + ": 1\r\n\r\n", "400 illegal-field"),
        (post + "X\r\n\r\n", "400 field-malformed"),
        (post + "X: 1\nY: 2\r\n\r\n", "400 bare-line-feed"),
        (post + "X: 1\rY: 2\r\n\r\n", "400 illegal-field"),
        (post + "X: 1\r\r\n\r\n", "400 illegal-field"),
        ("GET / HTTP/1.1\nHost: a\n\n", "400 bare-line-feed"),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "400 request-line-malformed"),
        // Hosts.
        ("GET / HTTP/1.1\r\n\r\n", "400 host-missing"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400 host-repeated"),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400 host-invalid"),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "400 host-invalid"),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400 host-invalid"),
        ("GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", "400 host-invalid"),
        ("GET / HTTP/1.1\r\nHost: a:\r\n\r\n", "400 host-invalid"),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", "400 host-invalid"),
        ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 host-contradicts-target"),
        ("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 target-malformed"),
        // Request lines.
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400 version-malformed"),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "400 version-malformed"),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "400 version-malformed"),
        ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "400 request-line-malformed"),
        ("GET /\r\n\r\n", "400 request-line-malformed"),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", "400 version-malformed"),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", "400 version-malformed"),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505 version-unsupported"),
        ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", "505 version-unsupported"),
        ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "400 method-malformed"),
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n", "501 method-unknown"),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "405 connect-refused"),
        ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", "400 target-malformed"),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400 target-malformed"),
        ("GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", "400 target-illegal-byte"),
        ("GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\r\n", "400 target-illegal-byte"),
        ("GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", "400 target-illegal-byte"),
        (post + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n", "417 expectation-unknown"),
        // TLS where HTTP was meant.
        ("\u{16}\u{3}\u{1}\u{2}\n", "400 bare-line-feed"),
    ]

    static let bodies: [(bytes: String, answer: String)] = [
        (chunked + "0x3\r\nabc\r\n0\r\n\r\n", "400 chunk-extension-invalid"),
        (chunked + "+3\r\nabc\r\n0\r\n\r\n", "400 chunk-size-invalid"),
        (chunked + "-3\r\nabc\r\n0\r\n\r\n", "400 chunk-size-invalid"),
        (chunked + "3_0\r\nabc\r\n0\r\n\r\n", "400 chunk-extension-invalid"),
        (chunked + " 3\r\nabc\r\n0\r\n\r\n", "400 chunk-size-invalid"),
        (chunked + "3 \r\nabc\r\n0\r\n\r\n", "400 chunk-extension-invalid"),
        (chunked + "\r\nabc\r\n0\r\n\r\n", "400 chunk-size-invalid"),
        (chunked + "ffffffffffffffff\r\nabc\r\n0\r\n\r\n", "400 chunk-size-invalid"),
        (chunked + "10000000000000003\r\nabc\r\n0\r\n\r\n", "400 chunk-size-invalid"),
        (chunked + "3;\r\nabc\r\n0\r\n\r\n", "400 chunk-extension-invalid"),
        (chunked + "3; a\r\nabc\r\n0\r\n\r\n", "400 chunk-extension-invalid"),
        (chunked + "3;a=\r\nabc\r\n0\r\n\r\n", "400 chunk-extension-invalid"),
        (chunked + "3;a=\"b\r\nabc\r\n0\r\n\r\n", "400 chunk-extension-invalid"),
        (chunked + "3;a\nabc\r\n0\r\n\r\n", "400 bare-line-feed"),
        (chunked + "3\nabc\r\n0\r\n\r\n", "400 bare-line-feed"),
        (chunked + "3\r\nabcd\r\n0\r\n\r\n", "400 chunk-not-ended"),
        (chunked + "3\r\nabc\n0\r\n\r\n", "400 bare-line-feed"),
        (chunked + "3\r\nabc0\r\n\r\n", "400 chunk-not-ended"),
        (chunked + "0\r\nHost: b\r\n\r\n", "400 trailer-forbidden"),
        (chunked + "0\r\nContent-Length: 3\r\n\r\n", "400 trailer-forbidden"),
        (chunked + "0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 trailer-forbidden"),
        (chunked + "0\r\nAuthorization: x\r\n\r\n", "400 trailer-forbidden"),
        (chunked + "0\r\nX : y\r\n\r\n", "400 illegal-field"),
        (chunked + "0\r\n X: y\r\n\r\n", "400 folded-line"),
        (chunked + "0\n\n", "400 bare-line-feed"),
    ]

    @Test("by their head are refused however the bytes are cut", arguments: heads.indices)
    func headRefused(index: Int) {
        let (text, answer) = Self.heads[index]
        for cut in everyCut(Array(text.utf8)) {
            #expect(HTTP1Transcript.of(cut) == [answer], "\(text.debugDescription)")
        }
    }

    @Test("by their body are refused however the bytes are cut", arguments: bodies.indices)
    func bodyRefused(index: Int) {
        let (text, answer) = Self.bodies[index]
        for cut in everyCut(Array(text.utf8)) {
            #expect(
                HTTP1Transcript.of(cut) == ["POST / 1.1 host=a fields=2 chunked", answer], "\(text.debugDescription)")
        }
    }

    @Test("are all counted under a word of their own") func reasonsAreListed() {
        let listed = Set(HTTPReasonCounters.reasons.map(\.description))
        for (_, answer) in Self.heads + Self.bodies {
            #expect(listed.contains(String(answer.split(separator: " ")[1])))
        }
    }
}
