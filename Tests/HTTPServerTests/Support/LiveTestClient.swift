import HTTPServer
import Primitives
import TestSupport

/// Asks a live server over one connection, a request after the other: the other end of `HTTPTestDriver`.
final class LiveTestClient: HTTPTestClient {
    struct MalformedAnswer: Error {
        let head: String
    }

    private let client: TestClient

    init(port: UInt16) throws { self.client = try TestClient(port: port) }

    func send(
        _ method: HTTPMethod, _ target: String, fields: [(String, String)], body: [UInt8]
    ) async throws -> HTTPTestResponse {
        var head = "\(method.name) \(target) HTTP/1.1\r\nhost: localhost\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if !body.isEmpty { head += "content-length: \(body.count)\r\n" }
        try self.client.send(Array((head + "\r\n").utf8) + body)
        return try self.receive(answerTo: method)
    }

    private func receive(answerTo method: HTTPMethod) throws -> HTTPTestResponse {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            let byte = try self.client.receive(1)
            guard !byte.isEmpty else { throw MalformedAnswer(head: head) }
            head += String(decoding: byte, as: UTF8.self)
        }
        let lines = head.split(separator: "\r\n")
        guard let first = lines.first, let status = Int(first.dropFirst("HTTP/1.1 ".count).prefix(3)) else {
            throw MalformedAnswer(head: head)
        }
        var fields = HTTPFields()
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            try fields.append(name: Array(parts[0].utf8).span, value: Array(value.utf8).span)
        }
        let length = fields[HTTPFieldName("content-length")].flatMap { Int($0) }
        let hasBody = method != .head && status != 204 && status != 304
        let body = hasBody ? try self.client.receiveExactly(length ?? 0) : []
        return HTTPTestResponse(status: status, fields: fields, body: body, contentLength: length)
    }
}
