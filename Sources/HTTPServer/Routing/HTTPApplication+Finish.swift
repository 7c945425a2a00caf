internal import Primitives
internal import Reactor

/// What happens to a response between its handler and the wire.
extension HTTPApplication {
    /// What is added to a handler's answer: conditional requests, ranges, compression, security and CORS fields.
    ///
    /// An answer to HEAD keeps its body, so that the session can say how long it is; the session does not send it.
    /// Does nothing to a response that is finished already.
    package func finish(
        _ response: consuming HTTPResponse, for request: borrowing HTTPRequest, match: HTTPRouteMatch
    ) -> HTTPResponse {
        guard !response.isFinished else { return response }
        var response = response
        let reads = request.method == .get || request.method == .head
        if reads, response.status == .ok, HTTPConditions.arePresent(in: request.fields) {
            self.applyConditions(&response, request)
        }
        self.compress(&response, request)
        if !response.hasSecurityFields { response.addSecurityFields() }
        if self.demandsTLS, request.isSecure {
            response.fields.append(HTTPFieldName("strict-transport-security"), "max-age=31536000")
        }
        self.crossOrigin.addFields(to: &response.fields, for: request)
        response.isFinished = true
        return response
    }

    /// The problem response of an error that a handler threw, finished.
    package func response(to error: any Error, for request: borrowing HTTPRequest) -> HTTPResponse {
        let response = HTTPProblem(describing: error).response(for: request)
        let match = HTTPRouteMatch(routeIndex: 0, parameters: HTTPPathParameters())
        return self.finish(response, for: request, match: match)
    }

    // MARK: Conditions and ranges

    private func applyConditions(_ response: inout HTTPResponse, _ request: borrowing HTTPRequest) {
        switch HTTPConditions.check(request.fields, against: response.fields) {
        case .preconditionFailed:
            response = HTTPProblem(.preconditionFailed, code: "precondition-failed").response(for: request)
        case .notModified:
            // The browser puts the fields of a 304 over those of the page it has: they must be the page's own.
            if !response.hasSecurityFields { response.addSecurityFields() }
            response.status = .notModified
            response.body = .empty
            response.fields = response.fields.removing([.contentType, .contentEncoding, .acceptRanges])
        case .go:
            if request.method == .get { self.applyRange(&response, request) }
        }
    }

    private func applyRange(_ response: inout HTTPResponse, _ request: borrowing HTTPRequest) {
        guard response.allowsRange, let value = request.fields.bytes(.range), let count = response.body.count,
            HTTPConditions.permitsRange(request.fields, response.fields)
        else { return }
        switch HTTPByteRange(value, bodyByteCount: count) {
        case .whole: break
        case .part(let range):
            response.status = .partialContent
            response.body = response.body.part(range)
            Self.addContentRange("bytes \(range.lowerBound)-\(range.upperBound - 1)/\(count)", &response.fields)
        case .unsatisfiable:
            var problem = HTTPProblem(.rangeNotSatisfiable, code: "range-not-satisfiable")
            Self.addContentRange("bytes */\(count)", &problem.fields)
            response = problem.response(for: request)
        }
    }

    private static func addContentRange(_ value: String, _ fields: inout HTTPFields) {
        // An error cannot come: the value is made of digits.
        try? fields.append(.contentRange, checking: value)
    }

    // MARK: Compression

    /// Compresses text that was made for this request. Shared bodies bring their compressed form with them, and a
    /// response that sets a cookie is left alone: what it holds could be guessed by its size.
    private func compress(_ response: inout HTTPResponse, _ request: borrowing HTTPRequest) {
        guard case .bytes(let bytes) = response.body, response.status != .partialContent,
            bytes.count >= self.limits.gzipByteCountMin, bytes.count <= self.limits.gzipByteCountMax,
            let type = response.fields.bytes(.contentType), HTTPMediaType.isText(type),
            !response.fields.contains(.contentEncoding), !response.fields.contains(.setCookie)
        else { return }
        let tag = response.fields.bytes(.etag)
        response.fields.append(.vary, "accept-encoding")
        guard HTTPNegotiation.acceptsGzip(request.fields), let compressed = HTTPGzip.compress(bytes, level: 4) else {
            return
        }
        if let tag, !HTTPEntityTag.isWeak(tag) {
            let weak = "W/" + String(decoding: tag, as: UTF8.self)
            response.fields = response.fields.removing([.etag])
            // An error cannot come: the tag was a legal value before.
            try? response.fields.append(.etag, checking: weak)
        }
        response.fields.append(.contentEncoding, "gzip")
        response.body = .bytes(compressed)
    }
}
