/// The fields that every response carries for the browser's sake, made once.
package struct HTTPSecurityFields: Sendable {
    /// What kind of content the policy is for.
    private enum Kind: Int, CaseIterable {
        /// Data: may load nothing and be framed by nobody.
        case data
        /// Pages, and scripts, whose workers inherit what is sent with them.
        case page
        /// The handler has set a policy of its own.
        case own
    }

    /// The one set there is.
    static let standard = HTTPSecurityFields()

    private let blocks: [HTTPFields]

    private init() {
        self.blocks = [false, true].flatMap { isOpen in Kind.allCases.map { Self.block($0, isOpen: isOpen) } }
    }

    /// The block for a response with these fields.
    func block(for fields: HTTPFields) -> HTTPFields {
        let isOpen = fields.contains(HTTPOpenFields.origin)
        return self.blocks[self.kind(of: fields).rawValue + (isOpen ? Kind.allCases.count : 0)]
    }

    private func kind(of fields: HTTPFields) -> Kind {
        if fields.contains(.contentSecurityPolicy) { return .own }
        guard let type = fields.bytes(.contentType) else { return .data }
        let isPage = HTTPText.hasPrefix(type, "text/html") || HTTPText.hasPrefix(type, "text/javascript")
        return isPage ? .page : .data
    }

    /// - Parameter isOpen: Its URL alone gives access to it, so nobody else is told that URL, pages of ours included.
    private static func block(_ kind: Kind, isOpen: Bool) -> HTTPFields {
        var fields = HTTPFields()
        fields.append(HTTPFieldName("x-content-type-options"), "nosniff")
        fields.append(HTTPFieldName("referrer-policy"), isOpen ? "no-referrer" : "same-origin")
        fields.append(HTTPFieldName("x-frame-options"), "DENY")
        fields.append(HTTPFieldName("cross-origin-opener-policy"), "same-origin")
        switch kind {
        case .data:
            fields.append(.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
        case .page:
            fields.append(
                .contentSecurityPolicy,
                """
                default-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; \
                object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'
                """)
        case .own: break
        }
        return fields
    }
}

extension HTTPResponse {
    /// Room for what is added after the security fields, so that it makes no new buffer.
    private static var spareByteCount: Int { 256 }

    /// Adds the fields that depend on nothing of the request. Done once.
    package mutating func addSecurityFields() {
        let block = HTTPSecurityFields.standard.block(for: self.fields)
        self.fields.reserve(
            fields: self.fields.count + block.count + 6,
            bytes: self.fields.wire.count + block.wire.count + Self.spareByteCount)
        if !self.fields.contains(.cacheControl) { self.fields.append(.cacheControl, "no-store") }
        self.fields.append(contentsOf: block)
        self.hasSecurityFields = true
    }
}
