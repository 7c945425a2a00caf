internal import HTTPServer

/// One JSON object that a provider has sent, read as hostile: bounded, and whatever is not of the expected kind is not
/// there.
struct ProviderJSON {
    /// Strings in one list; more are not read.
    private static let listCountMax = 64

    private static var limits: JSONLimits {
        var limits = JSONLimits()
        limits.byteCountMax = 256 * 1024
        limits.depthMax = 16
        limits.valueCountMax = 5000
        return limits
    }

    let members: [JSONName: JSONValue]

    init?(_ bytes: [UInt8]) {
        // The place of the error would be of use to the provider only.
        guard case .object(let members)? = try? JSONParser.parse(bytes, limits: Self.limits) else { return nil }
        self.members = members
    }

    init?(_ value: JSONValue?) {
        guard case .object(let members)? = value else { return nil }
        self.members = members
    }

    subscript(_ name: String) -> JSONValue? { self.members[JSONName(name)] }

    func has(_ name: String) -> Bool { self[name] != nil }

    /// Not empty, and of at most so many bytes.
    func string(_ name: String, lengthMax: Int) -> String? {
        guard case .string(let text)? = self[name], (1...lengthMax).contains(text.utf8.count) else { return nil }
        return text
    }

    func integer(_ name: String) -> Int64? {
        guard case .integer(let number)? = self[name] else { return nil }
        return number
    }

    func boolean(_ name: String) -> Bool? {
        guard case .boolean(let flag)? = self[name] else { return nil }
        return flag
    }

    func strings(_ name: String) -> [String] {
        guard case .array(let elements)? = self[name] else { return [] }
        return elements.prefix(Self.listCountMax).compactMap { element in
            if case .string(let text) = element { text } else { nil }
        }
    }

    func objects(_ name: String) -> [ProviderJSON]? {
        guard case .array(let elements)? = self[name] else { return nil }
        return elements.prefix(Self.listCountMax).compactMap { ProviderJSON($0) }
    }
}
