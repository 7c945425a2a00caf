internal import Primitives

/// The names that objects of one class have, in the order of their values.
struct AMF3Traits: Sendable {
    var className: String
    var names: [String]
    /// More properties follow, each with its name.
    var isDynamic: Bool
}

/// AMF3, as it occurs as a single value within AMF0. Tables of strings and traits last as long as the message.
extension AMFDecoder {
    mutating func amf3Value(_ bytes: borrowing RawSpan, _ offset: inout Int) -> AMFValue? {
        guard self.countNode(), let marker = self.byte(bytes, &offset) else { return nil }
        switch marker {
        case 0: return .undefined
        case 1: return .null
        case 2: return .boolean(false)
        case 3: return .boolean(true)
        case 4: return self.uint29(bytes, &offset).map { .number(Double(Int32(bitPattern: $0 << 3) >> 3)) }
        case 5: return self.double(bytes, &offset).map { .number($0) }
        case 6: return self.amf3Text(bytes, &offset).map { .string($0) }
        default:
            guard self.enter() else { return nil }
            defer { self.leave() }
            return self.amf3Object(marker, bytes, &offset)
        }
    }

    /// What begins with a reference or a count.
    private mutating func amf3Object(
        _ marker: UInt8, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> AMFValue? {
        guard marker <= 0x11 else {
            self.failure = .markerUnknown(marker)
            return nil
        }
        guard let head = self.uint29(bytes, &offset) else { return nil }
        guard head & 1 == 1 else { return .reference(Int(head >> 1)) }
        let count = Int(head >> 1)
        switch marker {
        case 0x07, 0x0B: return self.text(count, bytes, &offset).map { .xml($0) }
        case 0x08: return self.double(bytes, &offset).map { .date(milliseconds: $0, zoneMinutes: 0) }
        case 0x09: return self.amf3Array(count, bytes, &offset)
        case 0x0A: return self.amf3Properties(head, bytes, &offset)
        case 0x0C: return self.amf3Bytes(count, bytes, &offset)
        default: return self.amf3Vector(marker, count, bytes, &offset)
        }
    }

    /// Properties with names up to an empty one, then values without.
    private mutating func amf3Array(
        _ count: Int, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> AMFValue? {
        var properties = self.amf3NamedValues(bytes, &offset)
        let elements = self.amf3Elements(count, bytes, &offset)
        if properties.isEmpty { return .strictArray(elements) }
        for (index, element) in elements.enumerated() { properties.append(AMFProperty(String(index), element)) }
        return .ecmaArray(properties)
    }

    private mutating func amf3Properties(
        _ head: UInt32, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> AMFValue? {
        guard let traits = self.amf3Traits(head, bytes, &offset) else { return nil }
        var properties: [AMFProperty] = []
        for name in traits.names {
            guard self.failure == nil, self.countText(name.utf8.count),
                let value = self.amf3Value(bytes, &offset)
            else { break }
            properties.append(AMFProperty(name, value))
        }
        if traits.isDynamic { properties += self.amf3NamedValues(bytes, &offset) }
        return traits.className.isEmpty
            ? .object(properties) : .typedObject(className: traits.className, properties)
    }

    private mutating func amf3Traits(
        _ head: UInt32, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> AMF3Traits? {
        if head & 2 == 0 {
            let index = Int(head >> 2)
            guard index < self.traits.count else {
                self.failure = .referenceInvalid
                return nil
            }
            let traits = self.traits[index]
            return self.countText(traits.className.utf8.count) ? traits : nil
        }
        guard head & 4 == 0 else {
            self.failure = .externalizable
            return nil
        }
        guard let className = self.amf3Text(bytes, &offset) else { return nil }
        var traits = AMF3Traits(className: className, names: [], isDynamic: head & 8 != 0)
        for _ in 0..<(head >> 4) {
            guard self.countNode(), let name = self.amf3Text(bytes, &offset) else { return nil }
            traits.names.append(name)
        }
        self.traits.append(traits)
        return traits
    }

    private mutating func amf3NamedValues(_ bytes: borrowing RawSpan, _ offset: inout Int) -> [AMFProperty] {
        var properties: [AMFProperty] = []
        while self.failure == nil, let name = self.amf3Text(bytes, &offset), !name.isEmpty,
            let value = self.amf3Value(bytes, &offset)
        {
            properties.append(AMFProperty(name, value))
        }
        return properties
    }

    private mutating func amf3Elements(
        _ count: Int, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> [AMFValue] {
        var elements: [AMFValue] = []
        for _ in 0..<count {
            guard self.failure == nil, let value = self.amf3Value(bytes, &offset) else { break }
            elements.append(value)
        }
        return elements
    }

    /// Counted like text.
    private mutating func amf3Bytes(
        _ count: Int, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> AMFValue? {
        guard count <= bytes.byteCount - offset else {
            self.failure = .truncated
            return nil
        }
        guard self.countText(count) else { return nil }
        let range = offset..<(offset + count)
        offset += count
        return .bytes(bytes.extracting(range).withUnsafeBytes { Array($0) })
    }

    /// A vector of numbers or objects, or a dictionary, whose keys may be of any type; those that are not text are
    /// not kept.
    private mutating func amf3Vector(
        _ marker: UInt8, _ count: Int, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> AMFValue? {
        // Whether its length is fixed, or its keys are held weakly: nothing to a reader.
        guard self.byte(bytes, &offset) != nil else { return nil }
        if marker == 0x10, self.amf3Text(bytes, &offset) == nil { return nil }
        if marker == 0x10 { return .strictArray(self.amf3Elements(count, bytes, &offset)) }
        if marker == 0x11 { return .ecmaArray(self.amf3Pairs(count, bytes, &offset)) }
        var elements: [AMFValue] = []
        for _ in 0..<count {
            guard self.countNode(), let value = self.amf3Number(marker, bytes, &offset) else { break }
            elements.append(.number(value))
        }
        return .strictArray(elements)
    }

    private mutating func amf3Number(
        _ marker: UInt8, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> Double? {
        if marker == 0x0F { return self.double(bytes, &offset) }
        guard let value = self.uint32(bytes, &offset) else { return nil }
        return marker == 0x0D ? Double(Int32(bitPattern: value)) : Double(value)
    }

    private mutating func amf3Pairs(
        _ count: Int, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> [AMFProperty] {
        var properties: [AMFProperty] = []
        for _ in 0..<count {
            guard self.failure == nil, let key = self.amf3Value(bytes, &offset), self.failure == nil,
                let value = self.amf3Value(bytes, &offset)
            else { break }
            properties.append(AMFProperty(key.string ?? "", value))
        }
        return properties
    }

    /// Seven bits a byte, most significant first, a fourth byte with all eight.
    private mutating func uint29(_ bytes: borrowing RawSpan, _ offset: inout Int) -> UInt32? {
        var value: UInt32 = 0
        for index in 0..<4 {
            guard let byte = self.byte(bytes, &offset) else { return nil }
            if index == 3 { return value << 8 | UInt32(byte) }
            value = value << 7 | UInt32(byte & 0x7F)
            if byte & 0x80 == 0 { break }
        }
        return value
    }

    private mutating func amf3Text(_ bytes: borrowing RawSpan, _ offset: inout Int) -> String? {
        guard let head = self.uint29(bytes, &offset) else { return nil }
        if head & 1 == 0 {
            let index = Int(head >> 1)
            guard index < self.strings.count else {
                self.failure = .referenceInvalid
                return nil
            }
            let text = self.strings[index]
            return self.countText(text.utf8.count) ? text : nil
        }
        guard let text = self.text(Int(head >> 1), bytes, &offset) else { return nil }
        // The empty string is never referred to. Each entry cost a byte of text, which bounds the table.
        if !text.isEmpty { self.strings.append(text) }
        return text
    }
}
