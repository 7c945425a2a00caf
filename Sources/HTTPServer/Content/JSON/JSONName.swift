/// The name of an object's member, which is compared and hashed by its bytes, as RFC 8259 §8.3 advises.
///
/// A `String` would be normalised for that first, in time that grows with the square of a run of combining marks: a
/// name of 200 kB, nothing but accents, held up the loop for seconds.
package struct JSONName: Hashable, Comparable, Sendable, ExpressibleByStringLiteral {
    package let text: String

    package init(_ text: String) { self.text = text }

    package init(stringLiteral text: StaticString) { self.text = text.description }

    package static func == (left: JSONName, right: JSONName) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package static func < (left: JSONName, right: JSONName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = self.text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        // Ends the name, as `String` does: bytes alone would let a longer one go on where this one stops.
        hasher.combine(0xff as UInt8)
    }
}
