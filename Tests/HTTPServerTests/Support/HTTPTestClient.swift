import HTTPServer
import Primitives
import Reactor

/// Asks a server something, whether through a socket or not: tests of behaviour are written against this.
protocol HTTPTestClient {
    func send(
        _ method: HTTPMethod, _ target: String, fields: [(String, String)], body: [UInt8]
    ) async throws -> HTTPTestResponse
}

extension HTTPTestClient {
    func get(_ target: String, _ fields: [(String, String)] = []) async throws -> HTTPTestResponse {
        try await self.send(.get, target, fields: fields, body: [])
    }
}

/// What a client has seen of an answer. The body of an answer to HEAD is empty.
struct HTTPTestResponse {
    let status: Int
    let fields: HTTPFields
    let body: [UInt8]
    /// What `content-length` says, or would say.
    let contentLength: Int?

    var text: String { String(decoding: self.body, as: UTF8.self) }

    subscript(_ name: StaticString) -> String? { self.fields[HTTPFieldName(name)] }
}
