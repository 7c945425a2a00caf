/// Writes AMF0. For our own few answers: values are trusted to be of a sensible depth.
package enum AMF0Encoder {
    package static func append(_ values: [AMFValue], to bytes: inout [UInt8]) {
        for value in values { self.append(value, to: &bytes) }
    }

    package static func append(_ value: AMFValue, to bytes: inout [UInt8]) {
        switch value {
        case .number(let number):
            bytes.append(AMF0Marker.number)
            self.append(number.bitPattern, byteCount: 8, to: &bytes)
        case .boolean(let flag): bytes += [AMF0Marker.boolean, flag ? 1 : 0]
        case .string(let text): self.append(text, to: &bytes)
        case .object(let properties):
            bytes.append(AMF0Marker.object)
            self.append(properties, to: &bytes)
        case .ecmaArray(let properties):
            bytes.append(AMF0Marker.ecmaArray)
            self.append(UInt64(properties.count), byteCount: 4, to: &bytes)
            self.append(properties, to: &bytes)
        case .strictArray(let elements):
            bytes.append(AMF0Marker.strictArray)
            self.append(UInt64(elements.count), byteCount: 4, to: &bytes)
            self.append(elements, to: &bytes)
        case .date(let milliseconds, let zoneMinutes):
            bytes.append(AMF0Marker.date)
            self.append(milliseconds.bitPattern, byteCount: 8, to: &bytes)
            self.append(UInt64(UInt16(bitPattern: zoneMinutes)), byteCount: 2, to: &bytes)
        case .null: bytes.append(AMF0Marker.null)
        case .undefined: bytes.append(AMF0Marker.undefined)
        case .xml(let text):
            bytes.append(AMF0Marker.xml)
            self.appendLong(text, to: &bytes)
        case .typedObject(let className, let properties):
            bytes.append(AMF0Marker.typedObject)
            self.appendShort(className, to: &bytes)
            self.append(properties, to: &bytes)
        case .reference(let index):
            bytes.append(AMF0Marker.reference)
            self.append(UInt64(UInt16(truncatingIfNeeded: index)), byteCount: 2, to: &bytes)
        // AMF0 has no bytes of its own.
        case .bytes, .unsupported: bytes.append(AMF0Marker.unsupported)
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        if text.utf8.count <= Int(UInt16.max) {
            bytes.append(AMF0Marker.string)
            self.appendShort(text, to: &bytes)
        } else {
            bytes.append(AMF0Marker.longString)
            self.appendLong(text, to: &bytes)
        }
    }

    private static func append(_ properties: [AMFProperty], to bytes: inout [UInt8]) {
        for property in properties {
            self.appendShort(property.name, to: &bytes)
            self.append(property.value, to: &bytes)
        }
        bytes += [0, 0, AMF0Marker.objectEnd]
    }

    /// A name that is longer than its length can say is cut.
    private static func appendShort(_ text: String, to bytes: inout [UInt8]) {
        let count = min(text.utf8.count, Int(UInt16.max))
        self.append(UInt64(count), byteCount: 2, to: &bytes)
        bytes += text.utf8.prefix(count)
    }

    private static func appendLong(_ text: String, to bytes: inout [UInt8]) {
        self.append(UInt64(UInt32(clamping: text.utf8.count)), byteCount: 4, to: &bytes)
        bytes += text.utf8
    }

    private static func append(_ value: UInt64, byteCount: Int, to bytes: inout [UInt8]) {
        for index in (0..<byteCount).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
