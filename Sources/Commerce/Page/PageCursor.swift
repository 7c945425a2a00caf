internal import Crypto
package import HTTPServer
internal import Primitives

/// Where a page of a list ended: the values that the list is sorted by, of its last item.
///
/// Clients hand it back as they got it. It is no secret and opens nothing, so it is not signed; but it carries a check
/// of itself and of the list's name, so that one that was cut, mistyped or of another list is refused and does not
/// begin a page somewhere.
package struct PageCursor: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case number(Int64)
        /// Kept as far as `textByteCountMax` goes: lists are not sorted by longer ones.
        case text(String)
    }

    package static let valueCountMax = 3
    package static let textByteCountMax = 512
    private static let checkByteCount = 6
    /// Every value with its kind and length, and the check, in Base64.
    private static let encodedByteCountMax = ((textByteCountMax + 3) * valueCountMax + checkByteCount) * 4 / 3 + 4

    private let list: StaticString
    private let values: [Value]

    /// `list` names the list: a cursor is good for no other.
    package init(_ list: StaticString, _ values: Value...) {
        precondition((1...Self.valueCountMax).contains(values.count), "a list is sorted by one to three values")
        self.list = list
        self.values = values.map { value in
            guard case .text(let text) = value else { return value }
            return .text(Self.cut(text))
        }
    }

    /// Throws `invalid-cursor` for what `text` never made.
    package init(_ text: String, of list: StaticString) throws(HTTPProblem) {
        guard text.utf8.count <= Self.encodedByteCountMax, let bytes = Base64URL.decode(text.utf8),
            bytes.count > Self.checkByteCount,
            bytes.prefix(Self.checkByteCount).elementsEqual(
                Self.check(list, bytes.dropFirst(Self.checkByteCount))),
            let values = Self.read(bytes.dropFirst(Self.checkByteCount))
        else { throw Self.invalid }
        self.list = list
        self.values = values
    }

    package var text: String {
        var bytes: [UInt8] = []
        for value in self.values {
            switch value {
            case .number(let number):
                bytes.append(UInt8(ascii: "n"))
                withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
            case .text(let text):
                bytes.append(UInt8(ascii: "t"))
                withUnsafeBytes(of: UInt16(clamping: text.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
                bytes.append(contentsOf: text.utf8)
            }
        }
        return Base64URL.string(Self.check(self.list, bytes[...]) + bytes)
    }

    /// The value at a place, from 0; throws `invalid-cursor` where there is none, or a text.
    package func number(_ place: Int) throws(HTTPProblem) -> Int64 {
        guard self.values.indices.contains(place), case .number(let number) = self.values[place] else {
            throw Self.invalid
        }
        return number
    }

    /// The value at a place, from 0; throws `invalid-cursor` where there is none, or a number.
    package func text(_ place: Int) throws(HTTPProblem) -> String {
        guard self.values.indices.contains(place), case .text(let text) = self.values[place] else {
            throw Self.invalid
        }
        return text
    }

    package static func == (left: PageCursor, right: PageCursor) -> Bool {
        left.values == right.values && left.list.description == right.list.description
    }

    private static let invalid = HTTPProblem(.badRequest, code: "invalid-cursor")

    private static func check(_ list: StaticString, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
        Array(SHA256.hash(Array(list.description.utf8) + [0] + bytes).prefix(self.checkByteCount))
    }

    /// The longest beginning that fits and ends between two characters of Unicode.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > self.textByteCountMax else { return text }
        var count = 0
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            count += scalar.utf8.count
            if count > self.textByteCountMax { break }
            kept.append(scalar)
        }
        return String(kept)
    }

    private static func read(_ bytes: ArraySlice<UInt8>) -> [Value]? {
        var rest = bytes
        var values: [Value] = []
        while let kind = rest.popFirst() {
            guard values.count < self.valueCountMax else { return nil }
            switch kind {
            case UInt8(ascii: "n"):
                guard rest.count >= 8 else { return nil }
                let number = rest.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                values.append(.number(Int64(bitPattern: number)))
                rest = rest.dropFirst(8)
            case UInt8(ascii: "t"):
                guard rest.count >= 2 else { return nil }
                let count = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(2)
                guard count <= self.textByteCountMax, rest.count >= count,
                    let text = String(validating: rest.prefix(count), as: UTF8.self)
                else { return nil }
                values.append(.text(text))
                rest = rest.dropFirst(count)
            default: return nil
            }
        }
        return values.isEmpty ? nil : values
    }
}
