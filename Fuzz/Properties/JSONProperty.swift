internal import HTTPServer

/// JSON: what the parser takes keeps within its limits, and is the same after it was written and read again.
package enum JSONProperty: FuzzProperty {
    package static let name = "json"

    package static func violation(of bytes: [UInt8]) -> String? {
        let large = self.outcome(of: bytes, JSONLimits())
        let small = self.outcome(of: bytes, self.tight)
        if case .success(let value) = small, case .success(value) = large {
        } else if case .success = small {
            return "tight limits change what is read"
        }
        for (outcome, limits) in [(large, JSONLimits()), (small, self.tight)] {
            switch outcome {
            case .success(let value):
                if let violation = self.violation(of: value, in: bytes, limits) { return violation }
            case .failure(let error):
                if error.offset < 0 || error.offset > bytes.count { return "an error at byte \(error.offset)" }
            }
        }
        return nil
    }

    /// Small enough for inputs to come near.
    private static let tight = {
        var limits = JSONLimits()
        limits.byteCountMax = 256
        limits.depthMax = 4
        limits.valueCountMax = 16
        limits.numberByteCountMax = 8
        return limits
    }()

    private static func violation(of value: JSONValue, in bytes: [UInt8], _ limits: JSONLimits) -> String? {
        if bytes.count > limits.byteCountMax { return "\(bytes.count) bytes" }
        let size = self.size(of: value)
        if size.depth > limits.depthMax { return "\(size.depth) levels" }
        if size.valueCount > limits.valueCountMax { return "\(size.valueCount) values" }
        let text = self.text(of: value)
        // A control of two bytes is written with six, a number of few bytes with the digits that tell it apart.
        if text.count > bytes.count * 8 { return "\(bytes.count) bytes are written as \(text.count)" }
        guard case .success(let again) = self.outcome(of: text, self.roomy) else { return "what is written is refused" }
        if again != value { return "\(value) is read back as \(again)" }
        return self.text(of: again) == text ? nil : "one value is written in two ways"
    }

    /// For reading back, where escapes and digits may have made the text longer.
    private static let roomy = {
        var limits = JSONLimits()
        limits.byteCountMax *= 8
        return limits
    }()

    private static func outcome(of bytes: [UInt8], _ limits: JSONLimits) -> Result<JSONValue, JSONError> {
        Result { () throws(JSONError) in try JSONParser.parse(bytes, limits: limits) }
    }

    private static func text(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        value.encode(to: &writer)
        return writer.bytes
    }

    /// How many arrays and objects lie within each other, and how many values there are in all.
    private static func size(of value: JSONValue) -> (depth: Int, valueCount: Int) {
        let children: [JSONValue]
        switch value {
        case .null, .boolean, .integer, .number, .string: return (0, 1)
        case .array(let elements): children = elements
        case .object(let members): children = Array(members.values)
        }
        let sizes = children.map { self.size(of: $0) }
        return ((sizes.map(\.depth).max() ?? 0) + 1, sizes.reduce(1) { $0 + $1.valueCount })
    }
}
