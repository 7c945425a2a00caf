internal import Primitives

/// The name of a header field, in lower case.
package struct HTTPFieldName: Sendable {
    package let text: StaticString

    package init(_ text: StaticString) { self.text = text }
}

/// Why a field was refused: it would have let its sender write header lines of their own (S-56).
package struct HTTPFieldError: Error {
    package let reason: StaticString
}

/// Header or trailer fields in order of arrival, kept in the very bytes HTTP/1.1 sends: `name: value\r\n`.
///
/// HTTP/1.1 sends `wire` with one copy, HTTP/2 points its encoder at ranges of it, and a look-up compares lengths
/// before bytes. Names are stored in lower case. Values hold no CR, LF or NUL: every way in refuses them.
package struct HTTPFields: Sendable {
    package struct Entry: Sendable {
        package let nameStart: UInt32
        package let nameCount: UInt32
        package let valueCount: UInt32

        package var name: Range<Int> { Int(self.nameStart)..<Int(self.nameStart) + Int(self.nameCount) }
        /// After the name come a colon and one space.
        package var value: Range<Int> {
            let start = Int(self.nameStart) + Int(self.nameCount) + 2
            return start..<start + Int(self.valueCount)
        }
    }

    package private(set) var wire: [UInt8] = []
    package private(set) var entries: [Entry] = []

    package init() {}

    package var count: Int { self.entries.count }

    package mutating func reserve(fields: Int, bytes: Int) {
        self.entries.reserveCapacity(fields)
        self.wire.reserveCapacity(bytes)
    }

    // MARK: Adding

    /// Adds what a parser has taken apart. Refuses an empty or illegal name and a value with CR, LF or NUL.
    package mutating func append(name: Span<UInt8>, value: Span<UInt8>) throws(HTTPFieldError) {
        guard !name.isEmpty else { throw HTTPFieldError(reason: "empty field name") }
        let start = self.wire.count
        var isNameLegal = true
        var isValueLegal = true
        self.wire.append(addingCapacity: name.count + value.count + 4) { wire in
            for index in name.indices {
                let byte = name[index]
                isNameLegal = isNameLegal && HTTPCharacter.isTokenByte(byte)
                wire.append(HTTPCharacter.lowercased(byte))
            }
            wire.append(UInt8(ascii: ":"))
            wire.append(UInt8(ascii: " "))
            for index in value.indices {
                let byte = value[index]
                isValueLegal = isValueLegal && HTTPCharacter.isFieldValueByte(byte)
                wire.append(byte)
            }
            wire.append(UInt8(ascii: "\r"))
            wire.append(UInt8(ascii: "\n"))
        }
        guard isNameLegal, isValueLegal else {
            self.wire.removeSubrange(start...)
            throw HTTPFieldError(reason: isNameLegal ? "illegal byte in field value" : "illegal byte in field name")
        }
        self.entries.append(
            Entry(nameStart: UInt32(start), nameCount: UInt32(name.count), valueCount: UInt32(value.count)))
    }

    /// Adds a field whose value was made at run time.
    package mutating func append(_ name: HTTPFieldName, checking value: String) throws(HTTPFieldError) {
        let start = self.wire.count
        self.appendName(name)
        for byte in value.utf8 {
            guard HTTPCharacter.isFieldValueByte(byte) else {
                self.wire.removeSubrange(start...)
                throw HTTPFieldError(reason: "illegal byte in field value")
            }
            self.wire.append(byte)
        }
        self.finishEntry(start: start, nameCount: name.text.utf8CodeUnitCount, valueCount: value.utf8.count)
    }

    /// Adds a field known at compile time.
    package mutating func append(_ name: HTTPFieldName, _ value: StaticString) {
        let start = self.wire.count
        self.appendName(name)
        value.withUTF8Buffer { self.wire.append(contentsOf: $0) }
        self.finishEntry(
            start: start, nameCount: name.text.utf8CodeUnitCount, valueCount: value.utf8CodeUnitCount)
    }

    package mutating func append(_ name: HTTPFieldName, _ value: Int) {
        let start = self.wire.count
        self.appendName(name)
        let valueStart = self.wire.count
        DecimalText.append(value, to: &self.wire)
        self.finishEntry(
            start: start, nameCount: name.text.utf8CodeUnitCount, valueCount: self.wire.count - valueStart)
    }

    /// Adds the fields of another list behind these.
    package mutating func append(contentsOf other: HTTPFields) {
        let shift = UInt32(self.wire.count)
        self.wire.append(contentsOf: other.wire)
        for entry in other.entries {
            self.entries.append(
                Entry(nameStart: entry.nameStart + shift, nameCount: entry.nameCount, valueCount: entry.valueCount))
        }
    }

    // MARK: Finding

    package func contains(_ name: HTTPFieldName) -> Bool { self.firstEntry(name) != nil }

    /// The first field of this name.
    package func firstEntry(_ name: HTTPFieldName) -> Entry? {
        let count = name.text.utf8CodeUnitCount
        for entry in self.entries where Int(entry.nameCount) == count && self.hasName(entry, name) {
            return entry
        }
        return nil
    }

    /// The first value of this name as text; bytes that are not UTF-8 are replaced.
    package subscript(_ name: HTTPFieldName) -> String? {
        guard let entry = self.firstEntry(name) else { return nil }
        return String(decoding: self.wire[entry.value], as: UTF8.self)
    }

    /// The first value of this name as bytes, not copied.
    package func bytes(_ name: HTTPFieldName) -> ArraySlice<UInt8>? {
        guard let entry = self.firstEntry(name) else { return nil }
        return self.wire[entry.value]
    }

    /// Every value of this name, in order.
    package func all(_ name: HTTPFieldName) -> [String] {
        self.entries.filter { self.hasName($0, name) }.map { String(decoding: self.wire[$0.value], as: UTF8.self) }
    }

    package func hasName(_ entry: Entry, _ name: HTTPFieldName) -> Bool {
        guard Int(entry.nameCount) == name.text.utf8CodeUnitCount else { return false }
        return name.text.withUTF8Buffer { expected in
            self.wire.withUnsafeBytes { wire in
                UnsafeRawBufferPointer(rebasing: wire[entry.name]).elementsEqual(UnsafeRawBufferPointer(expected))
            }
        }
    }

    // MARK: Helpers

    private mutating func appendName(_ name: HTTPFieldName) {
        name.text.withUTF8Buffer { self.wire.append(contentsOf: $0) }
        self.wire.append(UInt8(ascii: ":"))
        self.wire.append(UInt8(ascii: " "))
    }

    private mutating func finishEntry(start: Int, nameCount: Int, valueCount: Int) {
        self.wire.append(UInt8(ascii: "\r"))
        self.wire.append(UInt8(ascii: "\n"))
        self.entries.append(
            Entry(nameStart: UInt32(start), nameCount: UInt32(nameCount), valueCount: UInt32(valueCount)))
    }
}
