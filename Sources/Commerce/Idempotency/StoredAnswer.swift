package import HTTPServer
internal import Primitives

/// An answer as it is kept for whoever asks the same once more.
package struct StoredAnswer: Equatable, Sendable {
    static let replayedField = HTTPFieldName("idempotent-replayed")
    private static let passingStatuses: [HTTPStatus] = [.unauthorized, .forbidden, .tooManyRequests]
    private static let statusFieldEnd: [UInt8] = [0x0D, 0x0A]

    package let status: Int
    /// `name: value` and CR LF, one after the other.
    package let fields: [UInt8]
    /// Nil where it was too large to keep.
    package let body: [UInt8]?

    package init(status: Int, fields: [UInt8], body: [UInt8]?) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Refusals that are of the moment, and not of the request.
    private static let passingCodes: Set<String> = ["not-on-sale", "payment-in-progress"]

    /// Of an answer that means the same tomorrow; nil for one that does not: trouble of the server, a word to come
    /// again, who may not, which another token or pass changes, and what is not to be had yet. Cookies and the name of
    /// the first request are not kept.
    ///
    /// - Parameter code: Of the problem, where the answer is one.
    package init?(_ response: HTTPResponse, code: String? = nil, limits: IdempotencyLimits) {
        guard (200..<500).contains(response.status.code), !Self.passingStatuses.contains(response.status),
            !response.fields.contains(.retryAfter), !(code.map(Self.passingCodes.contains) ?? false)
        else { return nil }
        self.status = response.status.code
        let fields = response.fields.removing([.setCookie, .requestID]).wire
        self.fields = fields.count <= limits.fieldByteCountMax ? fields : []
        let bytes: [UInt8]? =
            switch response.body {
            case .empty: []
            case .bytes(let bytes): bytes
            case .shared(let slice): Array(slice.owner.copyBytes()[slice.range])
            case .file, .stream: nil
            }
        self.body = bytes.flatMap { $0.count <= limits.bodyByteCountMax ? $0 : nil }
    }

    /// The answer once more; nil for what no version of Podo has kept.
    package var response: HTTPResponse? {
        guard let status = HTTPStatus(code: self.status), var fields = self.readFields() else { return nil }
        fields.append(Self.replayedField, "true")
        return HTTPResponse(
            status, fields: fields, body: (self.body?.isEmpty ?? true) ? .empty : .bytes(self.body ?? []))
    }

    private func readFields() -> HTTPFields? {
        var fields = HTTPFields()
        var rest = self.fields[...]
        while let end = rest.firstRange(of: Self.statusFieldEnd) {
            let line = rest[..<end.lowerBound]
            rest = rest[end.upperBound...]
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon + 1 < line.endIndex else { return nil }
            do throws(HTTPFieldError) {
                try fields.append(name: Array(line[..<colon]).span, value: Array(line[(colon + 2)...]).span)
            } catch {
                return nil
            }
        }
        return rest.isEmpty ? fields : nil
    }
}
