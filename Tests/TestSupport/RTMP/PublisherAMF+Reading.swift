extension PublisherAMF {
    package struct ReadFailure: Error {
        package let offset: Int
    }

    /// All values of a message that the server sent; fails when anything is not AMF0 to its last byte.
    package static func values(in bytes: [UInt8]) throws -> [PublisherAMF] {
        var reader = Reader(bytes: bytes)
        var values: [PublisherAMF] = []
        while reader.offset < bytes.count { values.append(try reader.value()) }
        return values
    }

    private struct Reader {
        let bytes: [UInt8]
        var offset = 0

        mutating func value() throws -> PublisherAMF {
            switch try self.integer(UInt8.self) {
            case 0: return .number(Double(bitPattern: try self.integer(UInt64.self)))
            case 1: return .boolean(try self.integer(UInt8.self) != 0)
            case 2: return .string(try self.text(Int(try self.integer(UInt16.self))))
            case 3: return .object(try self.properties())
            case 5: return .null
            case 6: return .undefined
            case 8:
                let count = try self.integer(UInt32.self)
                return .ecmaArray(try self.properties(), count: count)
            case 10:
                let count = Int(try self.integer(UInt32.self))
                return .strictArray(try (0..<count).map { _ in try self.value() })
            case 12: return .longString(try self.text(Int(try self.integer(UInt32.self))))
            default: throw ReadFailure(offset: self.offset)
            }
        }

        mutating func properties() throws -> [Property] {
            var properties: [Property] = []
            while true {
                let name = try self.text(Int(try self.integer(UInt16.self)))
                if name.isEmpty, self.offset < self.bytes.count, self.bytes[self.offset] == 9 {
                    self.offset += 1
                    return properties
                }
                properties.append(Property(name, try self.value()))
            }
        }

        mutating func text(_ count: Int) throws -> String {
            guard count <= self.bytes.count - self.offset else { throw ReadFailure(offset: self.offset) }
            defer { self.offset += count }
            return String(decoding: self.bytes[self.offset..<self.offset + count], as: UTF8.self)
        }

        mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
            let count = Integer.bitWidth / 8
            guard count <= self.bytes.count - self.offset else { throw ReadFailure(offset: self.offset) }
            defer { self.offset += count }
            return self.bytes[self.offset..<self.offset + count].reduce(0) { ($0 &<< 8) | Integer($1) }
        }
    }
}
