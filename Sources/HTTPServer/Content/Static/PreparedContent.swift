internal import Primitives

/// One immutable answer made ahead of time: the body in memory or on disk, its compressed form when that is
/// smaller, and the fields of both. Answering copies nothing.
package final class PreparedContent: Sendable {
    private let plain: HTTPResponse
    private let compressed: HTTPResponse?

    /// How many bytes of memory the bodies take.
    package let memoryByteCount: Int

    /// A body in memory. `tag` is the entity tag without quotes; the compressed form has one of its own. `policy` is
    /// that of a page unlike others.
    package init(
        _ bytes: [UInt8], type: StaticString, tag: String, cacheControl: StaticString, modifiedAtUnixSeconds: Int,
        policy: HTTPPagePolicy? = nil
    ) {
        let isText = type.withUTF8Buffer { HTTPMediaType.isText(Array($0)[...]) }
        let small = isText ? HTTPGzip.compress(bytes, level: 9) : nil
        var fields = Self.fields(type, cacheControl, modifiedAtUnixSeconds)
        if small != nil { fields.append(.vary, "accept-encoding") }
        self.plain = Self.response(fields, tag, .shared(SharedSlice(SharedBytes(bytes))), policy)
        if let small {
            fields.append(.contentEncoding, "gzip")
            self.compressed = Self.response(fields, tag + "-gz", .shared(SharedSlice(SharedBytes(small))), policy)
        } else {
            self.compressed = nil
        }
        self.memoryByteCount = bytes.count + (small?.count ?? 0)
    }

    /// A body that stays in its file.
    package init(
        file body: HTTPBody, type: StaticString, tag: String, cacheControl: StaticString, modifiedAtUnixSeconds: Int
    ) {
        let fields = Self.fields(type, cacheControl, modifiedAtUnixSeconds)
        self.plain = Self.response(fields, tag, body)
        self.compressed = nil
        self.memoryByteCount = 0
    }

    /// The form that suits the request. A part is always asked of the plain form, so that parts fetched with
    /// different `accept-encoding` belong together.
    package func response(to request: borrowing HTTPRequest) -> HTTPResponse {
        guard let compressed = self.compressed, HTTPNegotiation.acceptsGzip(request.fields),
            !request.fields.contains(.range)
        else { return self.plain }
        return compressed
    }

    private static func fields(_ type: StaticString, _ cacheControl: StaticString, _ modified: Int) -> HTTPFields {
        var fields = HTTPFields()
        fields.append(.contentType, type)
        fields.append(.cacheControl, cacheControl)
        fields.append(.acceptRanges, "bytes")
        // An error cannot come: dates are made of letters and digits.
        try? fields.append(
            .lastModified, checking: String(decoding: HTTPDate.bytes(unixSeconds: modified), as: UTF8.self))
        return fields
    }

    /// Everything that `finish` would add to each answer is in it already.
    private static func response(
        _ fields: HTTPFields, _ tag: String, _ body: HTTPBody, _ policy: HTTPPagePolicy? = nil
    ) -> HTTPResponse {
        var response = HTTPResponse(.ok, fields: fields, body: body)
        // A tag that may not stand in a field is left out; ours are hexadecimal.
        try? response.fields.append(.etag, checking: "\"\(tag)\"")
        response.addSecurityFields(policy)
        return response
    }
}
