/// What lets the pages of any origin read an answer, without their user's cookies: for routes that are
/// `isOpenToAllOrigins`, whose URLs alone give access.
package enum HTTPOpenFields {
    static let origin = HTTPFieldName("access-control-allow-origin")

    /// For every answer of such a route, its errors too: a player of another origin must see what went wrong.
    package static let answer: HTTPFields = {
        var fields = HTTPFields()
        fields.append(Self.origin, "*")
        fields.append(
            HTTPFieldName("access-control-expose-headers"),
            "age, content-length, content-range, date, etag, retry-after")
        fields.append(HTTPFieldName("timing-allow-origin"), "*")
        return fields
    }()

    /// For a preflight, whoever asks; `range` is what players send. Good for a day.
    static let preflight: HTTPFields = {
        var fields = HTTPFields()
        fields.append(Self.origin, "*")
        fields.append(HTTPFieldName("access-control-allow-methods"), "GET, HEAD, OPTIONS")
        fields.append(HTTPFieldName("access-control-allow-headers"), "range, if-none-match")
        fields.append(HTTPFieldName("access-control-max-age"), 86_400)
        return fields
    }()
}
