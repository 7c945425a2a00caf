/// The values of a template's `{name}` segments, percent-decoded when they are asked for.
///
/// Holds the request's target and eight ranges of it, so that matching allocates nothing; a template with more than
/// `countMax` parameters does not start. `HTTPPathRule` has accepted the bytes, so decoding cannot fail, and a
/// value never holds a slash (except a `{name...}`), a NUL or another control.
package struct HTTPPathParameters: Sendable {
    package static let countMax = 8

    private let names: [String]
    private let target: [UInt8]
    private let ranges: HTTPPathRanges

    package init() {
        self.names = []
        self.target = []
        self.ranges = HTTPPathRanges()
    }

    init(names: [String], target: [UInt8], ranges: HTTPPathRanges) {
        self.names = names
        self.target = target
        self.ranges = ranges
    }

    package subscript(_ name: StaticString) -> String? {
        guard let bytes = self.bytes(name) else { return nil }
        return String(decoding: PercentDecoding.decode(bytes), as: UTF8.self)
    }

    /// The value as it stands in the target, still percent-encoded and not copied.
    package func bytes(_ name: StaticString) -> ArraySlice<UInt8>? {
        for index in self.names.indices where Self.equals(self.names[index], name) {
            return self.target[self.ranges[index]]
        }
        return nil
    }

    private static func equals(_ text: String, _ name: StaticString) -> Bool {
        name.withUTF8Buffer { name in
            // A string's own view is much slower to walk than its storage, which native strings always have.
            text.utf8.withContiguousStorageIfAvailable { $0.elementsEqual(name) } ?? name.elementsEqual(text.utf8)
        }
    }
}
