internal import HTTPServer

/// Readers that are reached through a request, as they are in the server.
extension HTTPTextProperty {
    static func range(_ text: ArraySlice<UInt8>) -> String? {
        let response = self.finished(self.request(fields: self.fields(["range"], text)))
        guard let body = self.bytes(of: response) else { return "no body in memory" }
        switch response.status {
        case .ok: return body == self.body ? nil : "other bytes"
        case .rangeNotSatisfiable: return nil
        case .partialContent:
            guard let start = body.first.map(Int.init), body.count <= self.body.count - start else {
                return "a part of \(body.count) bytes"
            }
            let expected = "bytes \(start)-\(start + body.count - 1)/\(self.body.count)"
            return response.fields[.contentRange] == expected ? nil : "a part that is called another"
        default: return "a range is answered with \(response.status.code)"
        }
    }

    static func conditions(_ text: ArraySlice<UInt8>) -> String? {
        let names: [StaticString] = [
            "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range",
        ]
        let fields = self.fields(names, text)
        let get = self.finished(self.request(fields: fields))
        let head = self.finished(self.request(.head, fields: fields))
        switch get.status {
        case .ok, .notModified, .preconditionFailed:
            return head.status == get.status ? nil : "HEAD is \(head.status.code), GET \(get.status.code)"
        case .partialContent, .rangeNotSatisfiable:
            return head.status == .ok ? nil : "HEAD is \(head.status.code) where GET is a part"
        default: return "conditions are answered with \(get.status.code)"
        }
    }

    static func negotiation(_ text: ArraySlice<UInt8>) -> String? {
        let fields = self.fields(["accept", "accept-encoding", "accept-language", "origin"], text)
        let request = self.request(path: Array("/nowhere".utf8), fields: fields)
        guard case .refuse(let problem, _) = self.application.admit(request) else { return "a path out of nothing" }
        guard problem.status == .notFound, let page = self.bytes(of: problem), page.count < 4096 else {
            return "not the page for what is not found"
        }
        var response = HTTPResponse(.ok, body: .bytes(Array(repeating: UInt8(ascii: "a"), count: 1024)))
        response.fields.append(.contentType, "text/plain")
        response = self.application.finish(response, for: request)
        let isCompressed = response.fields.contains(.contentEncoding)
        let isAsked = (fields[HTTPFieldName("accept-encoding")] ?? "").contains { "*zZ".contains($0) }
        if isCompressed && !isAsked { return "gzip for one who did not ask" }
        return response.fields.contains(HTTPFieldName("access-control-allow-origin"))
            && fields[.origin] != self.origin ? "leave for another origin" : nil
    }

    static func cookies(_ text: ArraySlice<UInt8>) -> String? {
        let cookies = HTTPCookies(self.fields(["cookie", "cookie", "cookie"], text))
        // A byte that is not UTF-8 becomes a replacement character of three.
        guard let value = cookies["a"], value.utf8.count > text.count * 3 else { return nil }
        return "a cookie of \(value.utf8.count) bytes"
    }

    /// A path and a query, decoded in all ways there are.
    static func target(_ text: ArraySlice<UInt8>) -> String? {
        let target = [UInt8(ascii: "/")] + text
        let pathCount = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        let request = self.request(path: target, pathCount: pathCount, fields: HTTPFields())
        _ = Result { () throws(HTTPProblem) in try request.decodeQuery() }
        guard case .accept(let match, _) = self.application.admit(request) else { return nil }
        for name in ["one", "two", "rest"] as [StaticString] {
            guard let value = match.parameters[name], let written = match.parameters.bytes(name) else { continue }
            let isClean = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") }
            if !isClean { return "\(name) holds a control" }
            if value.utf8.count > written.count { return "\(name) grows when it is decoded" }
            let isWhole = written.elementsEqual(value.utf8)
            if !isWhole, !written.contains(UInt8(ascii: "%")) { return "\(name) is not what was written" }
            let segments = value.split(separator: "/", omittingEmptySubsequences: false)
            if segments.contains(".") || segments.contains("..") { return "\(name) leads upwards" }
            if segments.count > 1, "\(name)" != "rest" { return "\(name) holds a slash" }
        }
        return nil
    }

    // MARK: Helpers

    private static let origin = "https://podo.test"
    /// Every byte tells its place.
    private static let body = Array<UInt8>(0...199)

    private static let application = {
        let paths = ["/", "/fixed", "/fixed/{one}", "/{one}/{two}", "/{one}/{two}/", "/media/{rest...}"]
        let handler = HTTPHandler.immediate { _, _ in HTTPResponse(.ok) }
        let routes = paths.map { HTTPRoute(.get, $0, access: .anyone, handler) }
        let made = Result { () throws(HTTPRouteErrors) in
            try HTTPApplication(
                routes: routes, crossOrigin: HTTPCrossOriginPolicy(allowedOrigins: [Self.origin]))
        }
        guard case .success(let application) = made else { preconditionFailure("the routes of the fuzzer are wrong") }
        return application
    }()

    private static func request(
        _ method: HTTPMethod = .get, path: [UInt8] = [UInt8(ascii: "/")], pathCount: Int? = nil, fields: HTTPFields
    ) -> HTTPRequest {
        HTTPRequest(
            method: method, version: .http1_1, target: path, pathCount: pathCount ?? path.count,
            authority: Array("podo.test".utf8), fields: fields)
    }

    /// One line for each name; what no parser lets into a value is left out of it, as is an empty line.
    private static func fields(_ names: [StaticString], _ text: ArraySlice<UInt8>) -> HTTPFields {
        var fields = HTTPFields()
        let lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
        for (name, line) in zip(names, lines) where !line.isEmpty {
            let value = line.filter { HTTPCharacter.isFieldValueByte($0) }
            // An error cannot come: names are known, and values were cleaned.
            try? fields.append(name: Array(name.description.utf8).span, value: value.span)
        }
        return fields
    }

    /// What is answered to a request for a body that can be asked for in parts and has a validator of either kind.
    private static func finished(_ request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse(.ok, body: .bytes(self.body))
        response.fields.append(.etag, "\"a\"")
        response.fields.append(.lastModified, "Sun, 06 Nov 1994 08:49:37 GMT")
        return self.application.finish(response, for: request)
    }

    private static func bytes(of response: HTTPResponse) -> [UInt8]? {
        switch response.body {
        case .empty: []
        case .bytes(let bytes): bytes
        case .shared, .file, .stream: nil
        }
    }
}
