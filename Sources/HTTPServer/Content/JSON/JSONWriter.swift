internal import Primitives

/// Writes one JSON text, piece by piece, into bytes. Commas and escapes are its business; that members stand in
/// objects and elements in arrays is the caller's.
///
///     writer.object { writer in writer.member("id", 7) }
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    // MARK: Structure

    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        self.begin(UInt8(ascii: "{"))
        members(&self)
        self.end(UInt8(ascii: "}"))
    }

    package mutating func array(_ elements: (inout JSONWriter) -> Void) {
        self.begin(UInt8(ascii: "["))
        elements(&self)
        self.end(UInt8(ascii: "]"))
    }

    /// One member of an object.
    package mutating func member(_ name: StaticString, _ value: some JSONEncodable) {
        self.name(name)
        value.encode(to: &self)
    }

    /// The name of a member whose value is written next.
    package mutating func name(_ name: StaticString) {
        name.withUTF8Buffer { self.quoted($0) }
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    package mutating func name(_ name: String) {
        self.string(name)
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    // MARK: Values

    package mutating func null() { self.plain("null") }

    package mutating func boolean(_ value: Bool) { self.plain(value ? "true" : "false") }

    package mutating func integer(_ value: Int64) {
        self.separate()
        DecimalText.append(Int(value), to: &self.bytes)
        self.needsComma = true
    }

    /// The shortest digits that give the same number back. JSON has no infinity and no NaN: these become `null`.
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return self.null() }
        self.separate()
        self.bytes.append(contentsOf: value.description.utf8)
        self.needsComma = true
    }

    package mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { self.quoted($0) }
    }

    // MARK: Helpers

    private mutating func begin(_ bracket: UInt8) {
        self.separate()
        self.bytes.append(bracket)
        self.needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        self.bytes.append(bracket)
        self.needsComma = true
    }

    private mutating func separate() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func plain(_ text: StaticString) {
        self.separate()
        text.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
        self.needsComma = true
    }

    private mutating func quoted(_ text: UnsafeBufferPointer<UInt8>) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        for byte in text {
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                self.bytes.append(byte)
            } else {
                self.escape(byte)
            }
        }
        self.bytes.append(UInt8(ascii: "\""))
        self.needsComma = true
    }

    private mutating func escape(_ byte: UInt8) {
        self.bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.bytes.append(byte)
        case 0x0a: self.bytes.append(UInt8(ascii: "n"))
        case 0x0d: self.bytes.append(UInt8(ascii: "r"))
        case 0x09: self.bytes.append(UInt8(ascii: "t"))
        default:
            self.bytes.append(contentsOf: "u00".utf8)
            self.bytes.append(byte >> 4 == 0 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let low = byte & 15
            self.bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}
