internal import Primitives

/// A value that no print, dump, interpolation or log line shows: each of them has `<redacted>` instead.
///
/// The value comes out by `reveal()` alone, so that a search for that word finds every use. It is not wiped from memory
/// when released: Swift copies strings and arrays as it likes, so a promise to wipe would not hold.
package struct Secret<Value: Sendable>: Sendable {
    private let value: Value

    package init(_ value: Value) { self.value = value }

    /// The secret itself, for the one place that needs it.
    package func reveal() -> Value { self.value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}

extension Secret where Value == String {
    /// Takes the same time wherever the two differ; a wrong length shows.
    package func matches(_ candidate: String) -> Bool {
        ConstantTime.isEqual(Array(self.value.utf8), Array(candidate.utf8))
    }
}

extension Secret where Value == [UInt8] {
    /// Takes the same time wherever the two differ; a wrong length shows.
    package func matches(_ candidate: [UInt8]) -> Bool { ConstantTime.isEqual(self.value, candidate) }
}
