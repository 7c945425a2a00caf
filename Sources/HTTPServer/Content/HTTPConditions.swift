/// The conditions of a GET or HEAD, checked against a response that would be 200 (RFC 9110 §13.2.2).
enum HTTPConditions {
    enum Outcome {
        case go
        case notModified
        case preconditionFailed
    }

    /// Whether any field of the request could make a difference, by a look at the names' first bytes.
    static func arePresent(in fields: HTTPFields) -> Bool {
        fields.wire.withUnsafeBufferPointer { wire in
            fields.entries.contains { entry in
                let start = Int(entry.nameStart)
                if entry.nameCount == 5 { return wire[start] == UInt8(ascii: "r") }
                return entry.nameCount >= 8 && wire[start] == UInt8(ascii: "i") && wire[start + 2] == UInt8(ascii: "-")
            }
        }
    }

    static func check(_ request: HTTPFields, against response: HTTPFields) -> Outcome {
        if let list = request.bytes(.ifMatch) {
            guard HTTPEntityTag.list(list, names: response.bytes(.etag) ?? [], weakly: false) else {
                return .preconditionFailed
            }
        } else if let bound = self.date(.ifUnmodifiedSince, request), let modified = self.date(.lastModified, response)
        {
            if modified > bound { return .preconditionFailed }
        }
        if let list = request.bytes(.ifNoneMatch) {
            guard let tag = response.bytes(.etag) else { return .go }
            return HTTPEntityTag.list(list, names: tag, weakly: true) ? .notModified : .go
        }
        if let bound = self.date(.ifModifiedSince, request), let modified = self.date(.lastModified, response) {
            return modified <= bound ? .notModified : .go
        }
        return .go
    }

    /// Whether a range may be sent: without `if-range` always, else only of the very representation it names.
    static func permitsRange(_ request: HTTPFields, _ response: HTTPFields) -> Bool {
        guard let condition = request.bytes(.ifRange).map(HTTPText.trimmed) else { return true }
        if condition.last == UInt8(ascii: "\"") {
            guard let tag = response.bytes(.etag) else { return false }
            return HTTPEntityTag.list(condition, names: tag, weakly: false)
        }
        guard let modified = response.bytes(.lastModified) else { return false }
        return modified.elementsEqual(condition)
    }

    private static func date(_ name: HTTPFieldName, _ fields: HTTPFields) -> Int? {
        fields.bytes(name).flatMap(HTTPDate.unixSeconds)
    }
}
