internal import Primitives
internal import Reactor

/// What happens to a response between its handler and the wire.
extension HTTPApplication {
    /// What is added to a handler's answer: conditional requests, ranges, compression, security and CORS fields.
    ///
    /// An answer to HEAD keeps its body, so that the session can say how long it is; the session does not send it.
    /// Does nothing to a response that is finished already.
    package func finish(
        _ response: consuming HTTPResponse, for request: borrowing HTTPRequest
    ) -> HTTPResponse {
        guard !response.isFinished else { return response }
        var response = response
        // Before conditions, which have to see the tag of what would be sent.
        let isToBeCompressed = self.choosesCompression(&response, request)
        let status = response.status
        let reads = request.method == .get || request.method == .head
        if reads, response.status == .ok, HTTPConditions.arePresent(in: request.fields) {
            self.applyConditions(&response, request)
        }
        // Unless conditions have put another answer in its place.
        if isToBeCompressed, response.status == status { Self.compress(&response) }
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
        return self.finish(response, for: request)
    }

    // MARK: Conditions and ranges

    private func applyConditions(_ response: inout HTTPResponse, _ request: borrowing HTTPRequest) {
        switch HTTPConditions.check(request.fields, against: response.fields) {
        case .preconditionFailed:
            let problem = HTTPProblem(.preconditionFailed, code: "precondition-failed")
            response = problem.opened(like: response).response(for: request)
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
            response = problem.opened(like: response).response(for: request)
        }
    }

    private static func addContentRange(_ value: String, _ fields: inout HTTPFields) {
        // An error cannot come: the value is made of digits.
        try? fields.append(.contentRange, checking: value)
    }

    // MARK: Compression

    /// Whether text that was made for this request is to be compressed, and if so, or if it only could be, the fields
    /// that say so. Shared bodies bring their compressed form with them; a part is asked of the plain form.
    ///
    /// What holds a secret is left alone, for its size would tell of it (BREACH): an answer that sets a cookie, and one
    /// to a client that shows who it is, unless it is marked as the same for all.
    private func choosesCompression(_ response: inout HTTPResponse, _ request: borrowing HTTPRequest) -> Bool {
        guard case .bytes(let bytes) = response.body, response.status != .partialContent,
            bytes.count >= self.limits.gzipByteCountMin, bytes.count <= self.limits.gzipByteCountMax,
            let type = response.fields.bytes(.contentType), HTTPMediaType.isText(type),
            !response.fields.contains(.contentEncoding), !response.fields.contains(.setCookie)
        else { return false }
        response.fields.append(.vary, "accept-encoding")
        let isPersonal = request.fields.contains(.cookie) || request.fields.contains(.authorization)
        guard HTTPNegotiation.acceptsGzip(request.fields), !request.fields.contains(.range),
            !isPersonal || Self.isPublic(response.fields)
        else { return false }
        if let tag = response.fields.bytes(.etag), !HTTPEntityTag.isWeak(tag) {
            let weak = "W/" + String(decoding: tag, as: UTF8.self)
            response.fields = response.fields.removing([.etag])
            // An error cannot come: the tag was a legal value before.
            try? response.fields.append(.etag, checking: weak)
        }
        return true
    }

    private static func isPublic(_ fields: HTTPFields) -> Bool {
        guard let value = fields.bytes(.cacheControl) else { return false }
        return value.split(separator: UInt8(ascii: ",")).contains { HTTPText.equals(HTTPText.trimmed($0), "public") }
    }

    /// A body that would not become smaller stays as it is.
    private static func compress(_ response: inout HTTPResponse) {
        guard case .bytes(let bytes) = response.body, let compressed = HTTPGzip.compress(bytes, level: 4)
        else { return }
        response.fields.append(.contentEncoding, "gzip")
        response.body = .bytes(compressed)
    }
}

extension HTTPProblem {
    /// Readable by the pages of all origins, if the answer that it takes the place of was.
    fileprivate func opened(like response: HTTPResponse) -> HTTPProblem {
        guard response.fields.contains(HTTPOpenFields.origin) else { return self }
        var problem = self
        problem.fields.append(contentsOf: HTTPOpenFields.answer)
        return problem
    }
}
