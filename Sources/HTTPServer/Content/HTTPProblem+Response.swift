internal import Observability

/// A problem as a response: JSON for programs, a small page for people.
extension HTTPProblem {
    package func response(for request: borrowing HTTPRequest) -> HTTPResponse {
        var fields = self.fields
        fields.append(.vary, "accept, accept-language")
        fields.append(.cacheControl, "no-store")
        // An error cannot come: the id is made of hexadecimal digits.
        if let id = request.trace?.traceID { try? fields.append(.requestID, checking: id) }
        let bytes: [UInt8]
        if HTTPNegotiation.prefersHTML(request.fields) {
            let language = HTTPNegotiation.language(request.fields)
            fields.append(.contentType, "text/html; charset=utf-8")
            fields.append(.contentLanguage, language.tag)
            bytes = HTTPProblemPage.bytes(of: self, in: language, requestID: request.trace?.traceID)
        } else {
            fields.append(.contentType, "application/problem+json")
            bytes = self.json(requestID: request.trace?.traceID)
        }
        return HTTPResponse(self.status, fields: fields, body: .bytes(bytes))
    }

    private func json(requestID: String?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "urn:podo:problem:\(self.code)")
            writer.member("title", self.status.reason.description)
            writer.member("status", self.status.code)
            writer.member("code", self.code.description)
            if let detail = self.detail { writer.member("detail", detail) }
            if let requestID { writer.member("requestId", requestID) }
            if !self.fieldErrors.isEmpty { writer.member("errors", self.fieldErrors) }
        }
        return writer.bytes
    }
}

extension HTTPProblem.FieldError: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("pointer", self.pointer)
            writer.member("code", self.code.description)
            writer.member("detail", self.detail)
        }
    }
}
