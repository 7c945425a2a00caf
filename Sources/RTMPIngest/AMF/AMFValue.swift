/// A value of AMF0, or of AMF3 where it occurs within AMF0. Properties keep their order and their repetitions.
package enum AMFValue: Equatable, Sendable {
    case number(Double)
    case boolean(Bool)
    case string(String)
    case object([AMFProperty])
    /// An array with names; the count that it announces is not kept, because senders write what they like.
    case ecmaArray([AMFProperty])
    case strictArray([AMFValue])
    /// Milliseconds since 1970, and a time zone in minutes that nobody uses.
    case date(milliseconds: Double, zoneMinutes: Int16)
    case null
    case undefined
    case xml(String)
    case typedObject(className: String, [AMFProperty])
    case bytes([UInt8])
    case unsupported
    /// An earlier object once more, by its number. It is not put in: a few bytes could otherwise stand for any number
    /// of objects within objects.
    case reference(Int)

    /// The first property of this name, upper and lower case alike; nil when there is none or this is no object.
    /// Looks at every property until then: meant for the few names of a command.
    package subscript(name: StaticString) -> AMFValue? {
        self.properties?.first { $0.isNamed(name) }?.value
    }

    package var properties: [AMFProperty]? {
        switch self {
        case .object(let properties), .ecmaArray(let properties), .typedObject(_, let properties): properties
        default: nil
        }
    }

    package var number: Double? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    package var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }
}

/// A name and what it stands for, in an object or an array with names.
package struct AMFProperty: Equatable, Sendable {
    package var name: String
    package var value: AMFValue

    package init(_ name: String, _ value: AMFValue) {
        self.name = name
        self.value = value
    }

    /// Byte for byte but for the case of ASCII letters: comparing strings would normalise a peer's, in time that grows
    /// with the square of its combining marks.
    package func isNamed(_ name: StaticString) -> Bool {
        guard self.name.utf8.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { wanted in
            self.name.utf8.elementsEqual(wanted) { Self.lowercased($0) == Self.lowercased($1) }
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
