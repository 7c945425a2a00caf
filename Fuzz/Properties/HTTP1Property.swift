internal import HTTPServer
internal import Primitives

/// HTTP/1: parser and session understand bytes alike however they were cut, and end in an error or in waiting.
package enum HTTP1Property: FuzzProperty {
    package static let name = "http1"

    package static func violation(of bytes: [UInt8]) -> String? {
        var cutter = InputCutter(seed: bytes)
        let pieces = cutter.cut(bytes)
        let whole = self.transcript(of: [bytes])
        let cut = self.transcript(of: pieces)
        if whole != cut { return "the parser reads whole bytes as \(whole), cut ones as \(cut)" }
        let atOnce = SessionRun(feeding: [bytes]) { HTTP1Session(context: $0, delegate: $1) }
        let inPieces = SessionRun(feeding: pieces) { HTTP1Session(context: $0, delegate: $1) }
        if atOnce.requests != inPieces.requests { return "the session sees other requests when bytes are cut" }
        if atOnce.output != inPieces.output { return "the session answers otherwise when bytes are cut" }
        return nil
    }

    private static func transcript(of pieces: [[UInt8]]) -> [String] {
        var parser = HTTP1RequestParser(limits: HTTPLimits())
        var lines: [String] = []
        var body: [UInt8] = []
        do throws(HTTP1Error) {
            for piece in pieces {
                var offset = 0
                while let event = try parser.next(piece.span, at: &offset) {
                    switch event {
                    case .head(let head): lines.append("\(head.request) \(head.framing) \(head.wantsClose)")
                    case .body(let range): body += piece[range]
                    case .end:
                        lines.append("end \(body)")
                        body = []
                    }
                }
                if offset != piece.count { lines.append("\(piece.count - offset) bytes are left unread") }
            }
        } catch {
            lines.append("\(error.status.code) \(error.reason)")
        }
        return lines
    }
}
