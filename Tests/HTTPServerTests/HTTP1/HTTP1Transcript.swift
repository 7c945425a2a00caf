@testable import HTTPServer

/// What a parser made of some bytes, as text that does not depend on how the bytes were cut.
///
/// `GET /a HTTP/1.1 host=x fields=2 none`, `body 3`, `end`, and as the last line perhaps `400 two-lengths`.
enum HTTP1Transcript {
    static func of(_ chunks: [[UInt8]], limits: HTTPLimits = HTTPLimits()) -> [String] {
        var parser = HTTP1RequestParser(limits: limits)
        var lines: [String] = []
        var body = 0
        do throws(HTTP1Error) {
            for chunk in chunks {
                var offset = 0
                while let event = try parser.next(chunk.span, at: &offset) {
                    switch event {
                    case .head(let head): lines.append(self.describe(head))
                    case .body(let range): body += range.count
                    case .end:
                        if body > 0 { lines.append("body \(body)") }
                        lines.append("end")
                        body = 0
                    }
                }
                if offset != chunk.count { lines.append("left \(chunk.count - offset) bytes unread") }
            }
        } catch {
            lines.append("\(error.status.code) \(error.reason)")
        }
        return lines
    }

    private static func describe(_ head: HTTP1RequestHead) -> String {
        let request = head.request
        let version = request.version == .http1_0 ? "1.0" : "1.1"
        var words = [
            request.method.name.description, String(decoding: request.target, as: UTF8.self), version,
            "host=\(String(decoding: request.authority, as: UTF8.self))", "fields=\(request.fields.count)",
        ]
        switch head.framing {
        case .none: break
        case .fixed(let byteCount): words.append("fixed=\(byteCount)")
        case .chunked: words.append("chunked")
        }
        if head.expectsContinue { words.append("continue") }
        if head.wantsClose { words.append("close") }
        return words.joined(separator: " ")
    }
}

/// Every way of cutting bytes that a test should try: whole, one by one, and in two at each place.
func everyCut(_ bytes: [UInt8]) -> [[[UInt8]]] {
    var cuts: [[[UInt8]]] = [[bytes], bytes.map { [$0] }]
    for place in bytes.indices.dropFirst() { cuts.append([Array(bytes[..<place]), Array(bytes[place...])]) }
    return cuts
}
