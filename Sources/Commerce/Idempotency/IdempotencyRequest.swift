internal import Crypto
package import HTTPServer
internal import Postgres
internal import Primitives

/// One attempt at a request that is made once: whose it is, at which route, by which key, and what is asked.
package struct IdempotencyRequest: Sendable {
    let member: Int64
    /// Method and template, the same for a route and its aliases.
    let route: String
    let key: IdempotencyKey
    /// Of everything that makes two requests different: see `hash(of:on:)`.
    let hash: [UInt8]
    /// Tells this attempt from others at the same key.
    let attempt: PostgresUUID

    package init(_ request: HTTPRequest, on route: HTTPRoute, member: Int64, key: IdempotencyKey) {
        self.member = member
        self.route = "\(route.method.name) \(route.aliasOf ?? route.path)"
        self.key = key
        self.hash = Self.hash(of: request, on: route)
        self.attempt = .random()
    }

    /// The values in the path, the query, the type of the body, and the body: as JSON, members by name and without
    /// space, where it is any. The other fields are not part of what is asked: a client that comes back has another
    /// token, and perhaps another pass.
    static func hash(of request: HTTPRequest, on route: HTTPRoute) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in Self.values(in: request.path, by: route.path) + [request.query ?? []] {
            bytes.append(contentsOf: value)
            bytes.append(0)
        }
        bytes.append(contentsOf: request.fields.bytes(.contentType) ?? [])
        bytes.append(0)
        do throws(JSONError) {
            var writer = JSONWriter()
            try JSONParser.parse(request.body).encode(to: &writer)
            bytes.append(contentsOf: writer.bytes)
        } catch {
            // What is no JSON is compared as it came.
            bytes.append(contentsOf: request.body)
        }
        return SHA256.hash(bytes)
    }

    /// What stands in the path at the places that the template leaves open.
    private static func values(in path: ArraySlice<UInt8>, by template: String) -> [ArraySlice<UInt8>] {
        let slash = UInt8(ascii: "/")
        let segments = path.split(separator: slash, omittingEmptySubsequences: false)
        let names = template.utf8.split(separator: slash, omittingEmptySubsequences: false)
        var values = zip(segments, names).filter { $0.1.first == UInt8(ascii: "{") }.map(\.0)
        // `{name...}` takes what is left.
        if segments.count > names.count { values.append(contentsOf: segments[names.count...]) }
        return values
    }
}
