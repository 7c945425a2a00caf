/// Typed input and output.
extension HTTPRequest {
    /// Whether the client would rather have a table for spreadsheets than JSON: it lists `text/csv`, and not below it.
    package var prefersCSV: Bool { HTTPNegotiation.prefersCSV(self.fields) }

    /// The body as a value. Throws the problem to answer with: 415 when it is not called JSON, 400 when it is not
    /// JSON, or when fields are wrong, naming all of them.
    package func decodeJSON<Value: JSONDecodable>(
        _ type: Value.Type, limits: JSONLimits = JSONLimits()
    ) throws(HTTPProblem) -> Value {
        guard self.isCalledJSON else {
            throw HTTPProblem(.unsupportedMediaType, code: "content-type-not-json", detail: "application/json is taken")
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(self.body, limits: limits)
        } catch {
            let detail = "\(error.code.rawValue), at byte \(error.offset)"
            throw HTTPProblem(
                error.code == .tooLong ? .contentTooLarge : .badRequest, code: "json-invalid", detail: detail)
        }
        guard case .object(let members) = value else {
            throw HTTPProblem(.badRequest, code: "invalid-request", detail: "an object is taken")
        }
        let reader = JSONObjectReader(members)
        do throws(JSONFieldErrors) {
            let decoded = try Value(json: reader)
            if reader.errors.isEmpty { return decoded }
        } catch {
            throw error.problem
        }
        throw reader.failure.problem
    }

    /// `application/json`, or `+json`, in UTF-8.
    private var isCalledJSON: Bool {
        guard let type = self.fields.bytes(.contentType) else { return false }
        let parts = type.split(separator: UInt8(ascii: ";"), maxSplits: 4).map(HTTPText.trimmed)
        guard let name = parts.first else { return false }
        let isJSON =
            HTTPText.equals(name, "application/json")
            || (HTTPText.hasPrefix(name, "application/") && HTTPText.equals(name.suffix(5), "+json"))
        return isJSON
            && parts.dropFirst().allSatisfy { parameter in
                !HTTPText.hasPrefix(parameter, "charset=") || HTTPText.equals(parameter, "charset=utf-8")
                    || HTTPText.equals(parameter, "charset=\"utf-8\"")
            }
    }
}

extension HTTPResponse {
    package init(_ status: HTTPStatus = .ok, json value: some JSONEncodable) {
        var writer = JSONWriter()
        value.encode(to: &writer)
        self.init(status, body: .bytes(writer.bytes))
        self.fields.append(.contentType, "application/json")
    }
}
