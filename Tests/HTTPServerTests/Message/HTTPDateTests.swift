import Primitives
import Testing

@testable import HTTPServer

@Suite("Dates of responses") struct HTTPDateTests {
    @Test(
        "are written as the standard asks",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ])
    func written(seconds: Int, text: String) {
        #expect(String(decoding: HTTPDate.bytes(unixSeconds: seconds), as: UTF8.self) == text)
    }
}

@Suite("The first bytes of a cleartext connection") struct HTTPProtocolSnifferTests {
    @Test("tell HTTP/2 from HTTP/1 however they are cut") func verdicts() {
        let preface = Array(HTTPProtocolSniffer.preface.description.utf8)
        for cut in everyCut(preface) {
            var sniffer = HTTPProtocolSniffer()
            var verdict = HTTPProtocolSniffer.Verdict.needsMore
            for piece in cut where verdict == .needsMore { verdict = sniffer.look(at: piece.span.bytes) }
            #expect(verdict == .http2)
        }
        for count in 1..<preface.count {
            var other = Array(preface[..<count])
            other.append(UInt8(ascii: "x"))
            var sniffer = HTTPProtocolSniffer()
            let verdict = sniffer.look(at: other.span.bytes)
            #expect(verdict == .http1)
        }
    }
}
