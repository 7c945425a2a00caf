/// The fields that every response carries for the browser's sake, made once.
package struct HTTPSecurityFields: Sendable {
    /// What kind of content the policy is for.
    enum Kind: Int, CaseIterable {
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

    /// - Parameters:
    ///   - isOpen: Its URL alone gives access to it, so nobody else is told that URL, pages of ours included.
    ///   - policy: Of a page.
    static func block(_ kind: Kind, isOpen: Bool, policy: HTTPPagePolicy = .ours) -> HTTPFields {
        var fields = HTTPFields()
        fields.append(HTTPFieldName("x-content-type-options"), "nosniff")
        fields.append(HTTPFieldName("referrer-policy"), isOpen ? "no-referrer" : "same-origin")
        fields.append(HTTPFieldName("x-frame-options"), "DENY")
        fields.append(HTTPFieldName("cross-origin-opener-policy"), policy.opener)
        switch kind {
        case .data:
            fields.append(.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
        case .page:
            // An error cannot come: sources are origins, which the program itself names.
            try? fields.append(.contentSecurityPolicy, checking: policy.text)
        case .own: break
        }
        return fields
    }
}

extension HTTPResponse {
    /// Room for what is added after the security fields, so that it makes no new buffer.
    private static var spareByteCount: Int { 256 }

    /// Adds the fields that depend on nothing of the request. Done once. `policy` is that of a page unlike others.
    package mutating func addSecurityFields(_ policy: HTTPPagePolicy? = nil) {
        let block =
            policy.map { HTTPSecurityFields.block(.page, isOpen: false, policy: $0) }
            ?? HTTPSecurityFields.standard.block(for: self.fields)
        self.fields.reserve(
            fields: self.fields.count + block.count + 6,
            bytes: self.fields.wire.count + block.wire.count + Self.spareByteCount)
        if !self.fields.contains(.cacheControl) { self.fields.append(.cacheControl, "no-store") }
        self.fields.append(contentsOf: block)
        self.hasSecurityFields = true
    }
}
