internal import Primitives
internal import Reactor

/// Puts responses into HTTP/1.1 form (RFC 9112 §4, §6, §9).
enum HTTP1ResponseWriter {
    /// How the client finds the end of the body.
    enum Coding {
        case length
        case chunked
        case untilClose
    }

    /// Queues the head and, unless it is streamed, the body. `closes` turns true where nothing but closing can end
    /// the body.
    static func write(
        _ response: borrowing HTTPResponse, _ shape: HTTP1Session.ResponseShape, closes: inout Bool,
        date: HTTPDateCache, to output: OutputQueue
    ) -> Coding {
        let coding = self.coding(response.body, shape)
        if coding == .untilClose { closes = true }
        output.append("HTTP/1.1 ")
        output.append(decimal: response.status.code)
        output.append(" ")
        output.append(response.status.reason)
        output.append("\r\ndate: ")
        output.append(date.text)
        output.append("\r\n")
        output.append(response.fields.wire)
        if coding == .chunked {
            output.append("transfer-encoding: chunked\r\n")
        } else if let count = response.body.count, !response.status.forbidsBody {
            output.append("content-length: ")
            output.append(decimal: count)
            output.append("\r\n")
        }
        if closes {
            output.append("connection: close\r\n")
        } else if shape.version == .http1_0 {
            output.append("connection: keep-alive\r\n")
        }
        output.append("\r\n")
        if shape.method != .head, !response.status.forbidsBody { self.append(response.body, to: output) }
        return coding
    }

    private static func coding(_ body: HTTPBody, _ shape: HTTP1Session.ResponseShape) -> Coding {
        guard case .stream = body else { return .length }
        return shape.version == .http1_0 ? .untilClose : .chunked
    }

    private static func append(_ body: HTTPBody, to output: OutputQueue) {
        switch body {
        case .empty, .stream: break
        case .bytes(let bytes): output.append(bytes)
        case .shared(let slice): output.append(slice)
        case .file(let slice): output.append(slice)
        }
    }

    /// A short plain answer for clients that did not get as far as a route.
    static func plain(_ status: HTTPStatus) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(HTTPFieldName("content-type"), "text/plain; charset=utf-8")
        return HTTPResponse(status, fields: fields, body: .bytes(Array("\(status.code) \(status.reason)\n".utf8)))
    }
}
