internal import Observability
internal import Primitives
internal import Reactor

extension SettingKind where Value == [SocketAddress] {
    /// `127.0.0.1:8080`, `[::1]:8080`, `*:8080`, several with commas between. Names are not looked up.
    static func addresses(atLeastOne: Bool) -> Self {
        SettingKind(
            placeholder: "ADDRESS:PORT[,…]",
            parse: { text throws(SettingValueError) in
                var addresses: [SocketAddress] = []
                for part in SettingText.list(text) {
                    guard let address = SocketAddress(part) else {
                        throw SettingValueError(
                            "\"\(part)\" is not an address with a port, like 127.0.0.1:8080, [::1]:8080 or *:8080")
                    }
                    guard !addresses.contains(address) else {
                        throw SettingValueError("\(address) is in the list twice")
                    }
                    addresses.append(address)
                }
                guard !addresses.isEmpty || !atLeastOne else { throw SettingValueError("needs an address") }
                return addresses
            }, format: { $0.map(\.description).joined(separator: ",") })
    }
}

extension SettingKind where Value == [AddressRange] {
    /// `10.0.0.0/8`, `::1`, several with commas between.
    static var addressRanges: Self {
        SettingKind(
            placeholder: "RANGE[,…]",
            parse: { text throws(SettingValueError) in
                var ranges: [AddressRange] = []
                for part in SettingText.list(text) {
                    guard let range = AddressRange(part) else {
                        throw SettingValueError(
                            "\"\(part)\" is not a range of addresses like 10.0.0.0/8, 127.0.0.1 or ::1")
                    }
                    ranges.append(range)
                }
                return ranges
            }, format: { $0.map(\.description).joined(separator: ",") })
    }
}

extension SettingKind where Value == [String] {
    /// Host names without ports, several with commas between.
    static var hostNames: Self {
        SettingKind(
            placeholder: "NAME[,…]",
            parse: { text throws(SettingValueError) in
                let names = SettingText.list(text).map { $0.lowercased() }
                for name in names where !name.utf8.allSatisfy(SettingText.isHostNameByte) {
                    throw SettingValueError("\"\(name)\" is not a host name; ports do not belong here")
                }
                return names
            }, format: { $0.joined(separator: ",") })
    }
}

extension SettingKind where Value == String {
    /// A path; a relative one begins in the directory that Podo was started in.
    static var path: Self {
        SettingKind(
            placeholder: "PATH",
            parse: { text throws(SettingValueError) in
                guard !text.isEmpty else { throw SettingValueError("needs a path") }
                guard !text.utf8.contains(0) else { throw SettingValueError("a path holds no NUL") }
                return text
            }, format: { $0 })
    }

    /// `https://tickets.example` or with a port: scheme and host only.
    static var origin: Self {
        SettingKind(
            placeholder: "URL",
            parse: { text throws(SettingValueError) in
                let reason = "\"\(text)\" is not of the form https://host or http://host:port, without a path"
                let lower = text.lowercased()
                guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else {
                    throw SettingValueError(reason)
                }
                let rest = lower.dropFirst(scheme.count)
                let isHost = rest.utf8.allSatisfy {
                    SettingText.isHostNameByte($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "[")
                        || $0 == UInt8(ascii: "]")
                }
                guard !rest.isEmpty, isHost else { throw SettingValueError(reason) }
                return lower
            }, format: { $0 })
    }
}

extension SettingKind {
    /// The same kind, where an empty text means that there is none.
    static func optional<Wrapped>(_ kind: SettingKind<Wrapped>) -> Self where Value == Wrapped? {
        SettingKind(
            placeholder: kind.placeholder,
            parse: { text throws(SettingValueError) in text.isEmpty ? nil : try kind.parse(text) },
            format: { $0.map(kind.format) ?? "" })
    }
}

extension SettingKind where Value == Bool {
    static var boolean: Self {
        SettingKind(
            placeholder: "[true|false]",
            parse: { text throws(SettingValueError) in
                switch text {
                case "true": return true
                case "false": return false
                default: throw SettingValueError("\"\(text)\" is neither true nor false")
                }
            }, format: { $0 ? "true" : "false" })
    }
}

extension SettingKind where Value == LogLevel {
    static var logLevel: Self {
        SettingKind(
            placeholder: LogLevel.allCases.map { "\($0)" }.joined(separator: "|"),
            parse: { text throws(SettingValueError) in
                if let level = LogLevel.allCases.first(where: { "\($0)" == text }) { return level }
                let known = LogLevel.allCases.map { "\($0)" }.joined(separator: ", ")
                throw SettingValueError("\"\(text)\" is not one of \(known)")
            }, format: { "\($0)" })
    }
}
