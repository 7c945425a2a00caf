internal import Primitives
internal import RTMPIngest

/// AMF: what is read keeps within its limits, and is the same after it was written and read again.
package enum AMFValueProperty: FuzzProperty {
    package static let name = "amf"

    package static func violation(of bytes: [UInt8]) -> String? {
        for limits in [RTMPLimits(), self.tight] {
            var decoder = AMFDecoder(limits: limits)
            let values = decoder.all(bytes.span.bytes, from: 0)
            let size = values.reduce(into: Size()) { $0.add($1, depth: 1) }
            // The last level holds values that hold none.
            if size.depth > limits.amfDepthMax + 1 { return "\(size.depth) levels" }
            if size.nodeCount > limits.amfNodeCountMax { return "\(size.nodeCount) values" }
            // A byte that is not UTF-8 becomes three.
            if size.textByteCount > 3 * limits.amfStringByteCountMax { return "\(size.textByteCount) bytes of text" }
            let written = self.written(values)
            var again = AMFDecoder(limits: self.roomy)
            let read = again.all(written.span.bytes, from: 0)
            if let failure = again.failure { return "what is written cannot be read: \(failure)" }
            if self.written(read) != written { return "\(values) is read back as \(read)" }
        }
        for type in [MessageType.commandAMF0, .commandAMF3] {
            let command = RTMPCommand(type, bytes.span.bytes, limits: RTMPLimits())
            if command?["app"] != nil, command?.object.properties == nil { return "a property of no object" }
        }
        return nil
    }

    /// Small enough for inputs to come near.
    private static let tight = {
        var limits = RTMPLimits()
        limits.amfDepthMax = 3
        limits.amfNodeCountMax = 12
        limits.amfStringByteCountMax = 32
        return limits
    }()

    private static let roomy = {
        var limits = RTMPLimits()
        limits.amfStringByteCountMax *= 4
        return limits
    }()

    private static func written(_ values: [AMFValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        AMF0Encoder.append(values, to: &bytes)
        return bytes
    }

    private struct Size {
        var depth = 0
        var nodeCount = 0
        var textByteCount = 0

        mutating func add(_ value: AMFValue, depth: Int) {
            self.depth = max(self.depth, depth)
            self.nodeCount += 1
            switch value {
            case .string(let text), .xml(let text): self.textByteCount += text.utf8.count
            case .bytes(let bytes): self.textByteCount += bytes.count
            case .strictArray(let elements): for element in elements { self.add(element, depth: depth + 1) }
            case .typedObject(let className, let properties):
                self.textByteCount += className.utf8.count
                self.add(properties, depth: depth)
            case .object(let properties), .ecmaArray(let properties): self.add(properties, depth: depth)
            case .number, .boolean, .date, .null, .undefined, .unsupported, .reference: break
            }
        }

        /// Names of an array's numbered elements were made by the reader and are not counted.
        private mutating func add(_ properties: [AMFProperty], depth: Int) {
            for property in properties {
                if Int(property.name) == nil { self.textByteCount += property.name.utf8.count }
                self.add(property.value, depth: depth + 1)
            }
        }
    }
}

extension RTMPCommand {
    fileprivate subscript(name: StaticString) -> AMFValue? { self.object[name] }
}
