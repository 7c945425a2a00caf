internal import Primitives

/// Reads the AMF0 values of one message, one after the other.
///
/// Nothing throws: reading ends at the first byte that makes no sense or goes over a limit, `failure` says why, and
/// what was read until then is given, down to the properties of an object that was cut off. Metadata of publishers is
/// often broken and worth having all the same. Time is linear in the bytes; depth, nodes and text are bounded.
package struct AMFDecoder: Sendable {
    /// Why reading ended before the bytes did; nil as long as all is well.
    package internal(set) var failure: AMFError?

    private let depthMax: Int
    private var depth = 0
    private var nodeCountLeft: Int
    private var textByteCountLeft: Int
    /// AMF3 writes a string or the names of a class once and then by number.
    var strings: [String] = []
    var traits: [AMF3Traits] = []

    package init(limits: RTMPLimits) {
        self.depthMax = limits.amfDepthMax
        self.nodeCountLeft = limits.amfNodeCountMax
        self.textByteCountLeft = limits.amfStringByteCountMax
    }

    /// Every value from `offset` on.
    package mutating func all(_ bytes: borrowing RawSpan, from offset: Int) -> [AMFValue] {
        var offset = offset
        var values: [AMFValue] = []
        while let value = self.next(bytes, &offset) { values.append(value) }
        return values
    }

    /// The next value, or nil at the end of the bytes or of what can be read. A bare end of an object is passed over:
    /// some cameras send one too many.
    package mutating func next(_ bytes: borrowing RawSpan, _ offset: inout Int) -> AMFValue? {
        while self.failure == nil, offset < bytes.byteCount {
            guard bytes.byte(at: offset) == AMF0Marker.objectEnd else { return self.value(bytes, &offset) }
            offset += 1
        }
        return nil
    }

    private mutating func value(_ bytes: borrowing RawSpan, _ offset: inout Int) -> AMFValue? {
        guard self.countNode(), let marker = self.byte(bytes, &offset) else { return nil }
        switch marker {
        case AMF0Marker.number: return self.double(bytes, &offset).map { .number($0) }
        case AMF0Marker.boolean: return self.byte(bytes, &offset).map { .boolean($0 != 0) }
        case AMF0Marker.string: return self.shortText(bytes, &offset).map { .string($0) }
        case AMF0Marker.longString: return self.longText(bytes, &offset).map { .string($0) }
        case AMF0Marker.xml: return self.longText(bytes, &offset).map { .xml($0) }
        case AMF0Marker.null: return .null
        // An end where a value should be stands for none.
        case AMF0Marker.undefined, AMF0Marker.objectEnd: return .undefined
        case AMF0Marker.unsupported: return .unsupported
        case AMF0Marker.reference: return self.uint16(bytes, &offset).map { .reference(Int($0)) }
        case AMF0Marker.date:
            guard let milliseconds = self.double(bytes, &offset), let zone = self.uint16(bytes, &offset) else {
                return nil
            }
            return .date(milliseconds: milliseconds, zoneMinutes: Int16(bitPattern: zone))
        case AMF0Marker.object, AMF0Marker.ecmaArray, AMF0Marker.strictArray, AMF0Marker.typedObject, AMF0Marker.amf3:
            return self.container(marker, bytes, &offset)
        default:
            self.failure = .markerUnknown(marker)
            return nil
        }
    }

    private mutating func container(
        _ marker: UInt8, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> AMFValue? {
        guard self.enter() else { return nil }
        defer { self.leave() }
        switch marker {
        case AMF0Marker.object: return .object(self.properties(bytes, &offset))
        case AMF0Marker.typedObject:
            guard let name = self.shortText(bytes, &offset) else { return nil }
            return .typedObject(className: name, self.properties(bytes, &offset))
        case AMF0Marker.ecmaArray:
            guard self.uint32(bytes, &offset) != nil else { return nil }
            return .ecmaArray(self.properties(bytes, &offset))
        case AMF0Marker.strictArray:
            guard let count = self.uint32(bytes, &offset) else { return nil }
            return .strictArray(self.elements(count, bytes, &offset))
        default:
            return self.amf3Value(bytes, &offset)
        }
    }

    /// Until the end of the object or of the bytes; whatever a count said.
    private mutating func properties(_ bytes: borrowing RawSpan, _ offset: inout Int) -> [AMFProperty] {
        var properties: [AMFProperty] = []
        while let name = self.shortText(bytes, &offset) {
            if bytes.byte(at: offset) == AMF0Marker.objectEnd {
                offset += 1
                break
            }
            guard let value = self.value(bytes, &offset) else { break }
            properties.append(AMFProperty(name, value))
            if self.failure != nil { break }
        }
        return properties
    }

    private mutating func elements(
        _ count: UInt32, _ bytes: borrowing RawSpan, _ offset: inout Int
    ) -> [AMFValue] {
        var elements: [AMFValue] = []
        for _ in 0..<count {
            guard self.failure == nil, let value = self.value(bytes, &offset) else { break }
            elements.append(value)
        }
        return elements
    }
}

/// What both forms are made of. Each gives nil, with the failure noted, where it cannot go on.
extension AMFDecoder {
    mutating func enter() -> Bool {
        guard self.depth < self.depthMax else {
            self.failure = .tooDeep
            return false
        }
        self.depth += 1
        return true
    }

    mutating func leave() { self.depth -= 1 }

    mutating func countNode() -> Bool {
        guard self.nodeCountLeft > 0 else {
            self.failure = .tooManyNodes
            return false
        }
        self.nodeCountLeft -= 1
        return true
    }

    /// Counted before it is read, and again each time it is referred to: a few bytes may not stand for much text.
    mutating func countText(_ byteCount: Int) -> Bool {
        guard byteCount <= self.textByteCountLeft else {
            self.failure = .tooMuchText
            return false
        }
        self.textByteCountLeft -= byteCount
        return true
    }

    mutating func byte(_ bytes: borrowing RawSpan, _ offset: inout Int) -> UInt8? {
        guard let value = bytes.byte(at: offset) else { return self.truncated() }
        offset += 1
        return value
    }

    private mutating func uint16(_ bytes: borrowing RawSpan, _ offset: inout Int) -> UInt16? {
        guard let value = bytes.bigEndianUInt16(at: offset) else { return self.truncated() }
        offset += 2
        return value
    }

    mutating func uint32(_ bytes: borrowing RawSpan, _ offset: inout Int) -> UInt32? {
        guard let value = bytes.bigEndianUInt32(at: offset) else { return self.truncated() }
        offset += 4
        return value
    }

    mutating func double(_ bytes: borrowing RawSpan, _ offset: inout Int) -> Double? {
        guard let high = self.uint32(bytes, &offset), let low = self.uint32(bytes, &offset) else { return nil }
        return Double(bitPattern: UInt64(high) << 32 | UInt64(low))
    }

    private mutating func shortText(_ bytes: borrowing RawSpan, _ offset: inout Int) -> String? {
        guard let count = self.uint16(bytes, &offset) else { return nil }
        return self.text(Int(count), bytes, &offset)
    }

    private mutating func longText(_ bytes: borrowing RawSpan, _ offset: inout Int) -> String? {
        guard let count = self.uint32(bytes, &offset) else { return nil }
        return self.text(Int(count), bytes, &offset)
    }

    /// Bytes that are not UTF-8 become the replacement character.
    mutating func text(_ count: Int, _ bytes: borrowing RawSpan, _ offset: inout Int) -> String? {
        guard count <= bytes.byteCount - offset else { return self.truncated() }
        guard self.countText(count) else { return nil }
        let text = bytes.extracting(offset..<(offset + count)).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        offset += count
        return text
    }

    private mutating func truncated<Value>() -> Value? {
        self.failure = .truncated
        return nil
    }
}
