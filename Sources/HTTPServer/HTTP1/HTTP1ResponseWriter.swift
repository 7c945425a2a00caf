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
        let coding = response.status.forbidsBody ? .length : self.coding(response.body, shape)
        if coding == .untilClose { closes = true }
        let status = response.status
        let wire = response.fields.wire
        let byteCount = status.forbidsBody ? nil : response.body.count
        let isClosing = closes
        output.write { bytes in
            bytes.append("HTTP/1.1 ")
            bytes.append(decimal: status.code)
            bytes.append(" ")
            bytes.append(status.reason)
            bytes.append("\r\ndate: ")
            bytes.append(contentsOf: date.text)
            bytes.append("\r\n")
            bytes.append(contentsOf: wire)
            if coding == .chunked {
                bytes.append("transfer-encoding: chunked\r\n")
            } else if let byteCount {
                bytes.append("content-length: ")
                bytes.append(decimal: byteCount)
                bytes.append("\r\n")
            }
            if isClosing {
                bytes.append("connection: close\r\n")
            } else if shape.version == .http1_0 {
                bytes.append("connection: keep-alive\r\n")
            }
            bytes.append("\r\n")
        }
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
}
