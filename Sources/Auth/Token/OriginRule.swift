internal import HTTPServer

/// Whether a request that changes something comes from a page of ours (S-06). Asked of requests that a cookie signs in:
/// browsers add cookies to what other sites' pages send, too.
///
/// Browsers tell where such a request comes from, by `sec-fetch-site` and by `origin`, and no page can say otherwise.
/// What they tell must be right, and one of the two must be there; whoever has no browser uses a bearer token.
package struct OriginRule: Sendable {
    /// Origins that are ours whatever address a request came by, such as that of the public URL.
    private let origins: [[UInt8]]

    package init(origins: [String] = []) { self.origins = origins.map { Array($0.utf8) } }

    /// GET and HEAD change nothing and need nothing.
    func allows(_ head: borrowing HTTPRequest) -> Bool {
        if head.method == .get || head.method == .head { return true }
        let sites = head.fields.all(HTTPFieldName("sec-fetch-site"))
        guard sites.count <= 1, sites.first.map({ $0.utf8.elementsEqual("same-origin".utf8) }) ?? true else {
            return false
        }
        let origins = head.fields.all(.origin)
        guard origins.count <= 1 else { return false }
        guard let origin = origins.first else { return !sites.isEmpty }
        let bytes = Array(origin.utf8)
        if self.origins.contains(bytes) { return true }
        // Of a proxy that ends TLS before us only the browser knows; then its word on the site is enough.
        let schemes = sites.isEmpty ? [head.isSecure ? "https://" : "http://"] : ["https://", "http://"]
        return schemes.contains { Array($0.utf8) + head.authority == bytes } && !head.authority.isEmpty
    }
}
