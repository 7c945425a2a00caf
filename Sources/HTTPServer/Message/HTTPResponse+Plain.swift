extension HTTPResponse {
    /// A short answer in plain text, for clients that did not get as far as a route or whose handler has failed them.
    static func plain(_ status: HTTPStatus) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, "text/plain; charset=utf-8")
        let text = "\(status.code) \(status.reason)\n"
        var response = HTTPResponse(status, fields: fields, body: .bytes(Array(text.utf8)))
        response.addSecurityFields()
        return response
    }
}
