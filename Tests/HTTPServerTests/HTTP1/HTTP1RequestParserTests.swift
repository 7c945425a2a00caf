import TestSupport
import Testing

@testable import HTTPServer

@Suite("HTTP/1 requests") struct HTTP1RequestParserTests {
    static let understood: [(bytes: String, transcript: [String])] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET / 1.1 host=a fields=1", "end"]),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET / 1.1 host=a fields=1", "end"]),
        ("GET /a?b=c HTTP/1.1\r\nhOsT:  a:80 \t\r\nX:\r\n\r\n", ["GET /a?b=c 1.1 host=a:80 fields=2", "end"]),
        ("GET / HTTP/1.0\r\n\r\n", ["GET / 1.0 host= fields=0 close", "end"]),
        (
            "GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n", ["GET / 1.0 host= fields=1", "end"]
        ),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", ["GET / 1.1 host=a fields=2 close", "end"]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS * 1.1 host=a fields=1", "end"]),
        ("GET http://a/x HTTP/1.1\r\nHost: A\r\n\r\n", ["GET /x 1.1 host=A fields=1", "end"]),
        ("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /?q 1.1 host=a fields=1", "end"]),
        ("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", ["GET / 1.1 host=[::1]:8080 fields=1", "end"]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: b\r\n\r\n",
            ["POST / 1.1 host=a fields=2 fixed=3", "body 3", "end", "GET / 1.1 host=b fields=1", "end"]
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ["POST / 1.1 host=a fields=2", "end"]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
            ["POST / 1.1 host=a fields=3 fixed=1 continue", "body 1", "end"]
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;a;b=c;d=\"e\\\"f\"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
            ["POST / 1.1 host=a fields=2 chunked", "body 13", "end"]
        ),
    ]

    @Test(
        "are understood however the bytes are cut, and until the last byte neither complete nor wrong",
        arguments: understood.indices)
    func understands(index: Int) {
        let (text, transcript) = Self.understood[index]
        let verifier = DecoderVerifier { HTTP1Transcript.of($0) }
        #expect(verifier.violations(of: Array(text.utf8), decodingTo: transcript) == [])
    }

    @Test("after an error are not read") func errorIsFinal() {
        var parser = HTTP1RequestParser(limits: HTTPLimits())
        let bad = Array("GET / HTTP/1.1\nHost: a\r\n\r\n".utf8)
        let good = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var offset = 0
        #expect(throws: HTTP1Error(.badRequest, "bare-line-feed")) { _ = try parser.next(bad.span, at: &offset) }
        offset = 0
        #expect(throws: HTTP1Error(.badRequest, "bare-line-feed")) { _ = try parser.next(good.span, at: &offset) }
    }

    @Test("keep every limit to the byte") func limits() {
        var limits = HTTPLimits()
        limits.requestLineByteCountMax = 20
        limits.fieldByteCountMax = 12
        limits.headByteCountMax = 33
        limits.fieldCountMax = 3
        limits.chunkLineByteCountMax = 4
        limits.trailerByteCountMax = 16
        let start = "GET / HTTP/1.1\r\nHost: a\r\n"
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\n"
        let cases: [(String, String?)] = [
            ("GET /2345 HTTP/1.1\r\nHost: a\r\n\r\n", nil),
            ("GET /23456 HTTP/1.1\r\nHost: a\r\n\r\n", nil),
            ("GET /234567 HTTP/1.1\r\nHost: a\r\n\r\n", "414 request-line-too-long"),
            (start + "X: 45678901\r\n\r\n", nil),
            (start + "X: 456789012\r\n\r\n", "431 field-too-long"),
            (start + "a: 1\r\nb: 2\r\n\r\n", nil),
            (start + "a: 1\r\nb: 2\r\nc: 3\r\n\r\n", "431 too-many-fields"),
            (start + "X: 45678901\r\nY: 45678901\r\n\r\n", "431 head-too-long"),
            (chunked + "Transfer-encoding: chunked\r\n\r\n", "431 field-too-long"),
        ]
        for (text, expected) in cases {
            for cut in everyCut(Array(text.utf8)) {
                let last = HTTP1Transcript.of(cut, limits: limits).last
                #expect(last == expected ?? "end", "\(text)")
            }
        }
    }

    @Test("without an end are refused at the limit, not kept") func endless() {
        let endless: [(String, UInt8, String)] = [
            ("", UInt8(ascii: "G"), "414 request-line-too-long"),
            ("GET / HTTP/1.1\r\nHost: ", UInt8(ascii: "a"), "431 field-too-long"),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", UInt8(ascii: "0"),
                "400 chunk-line-too-long"
            ),
        ]
        for (start, byte, expected) in endless {
            var parser = HTTP1RequestParser(limits: HTTPLimits())
            var error: HTTP1Error?
            var offset = 0
            _ = try? parser.next(Array(start.utf8).span, at: &offset)  // Events are of no interest here.
            if start.hasPrefix("POST") { _ = try? parser.next([UInt8]().span, at: &offset) }
            for _ in 0..<20_000 where error == nil {
                var from = 0
                do throws(HTTP1Error) { _ = try parser.next([byte].span, at: &from) } catch let caught {
                    error = caught
                }
            }
            #expect(error.map { "\($0.status.code) \($0.reason)" } == expected)
        }
    }
}
