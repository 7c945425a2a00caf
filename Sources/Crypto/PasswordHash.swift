internal import Primitives

/// A hash by Argon2id as it is stored: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`, the PHC string format.
///
/// One hash has one text: numbers without leading zeros, parameters in this order, Base64 without padding in its one
/// spelling, version 19 (0x13) only. What asks for more work than `Argon2Parameters` allows is refused.
package struct PasswordHash: Equatable, Sendable {
    package static let saltByteCounts = 8...64
    package static let tagByteCounts = 16...64
    /// No text within the limits is longer.
    package static let textByteCountMax = 256

    package let parameters: Argon2Parameters
    let salt: [UInt8]
    let tag: [UInt8]

    init(parameters: Argon2Parameters, salt: [UInt8], tag: [UInt8]) {
        self.parameters = parameters
        self.salt = salt
        self.tag = tag
    }

    /// Nil when the text is no such hash.
    package init?(_ text: String) { self.init(Array(text.utf8)) }

    package init?(_ text: [UInt8]) {
        guard text.count <= Self.textByteCountMax else { return nil }
        let parts = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1].elementsEqual("argon2id".utf8),
            parts[2].elementsEqual("v=19".utf8), let parameters = Self.parameters(parts[3]),
            let salt = Base64Text.plain.decode(parts[4]), Self.saltByteCounts.contains(salt.count),
            let tag = Base64Text.plain.decode(parts[5]), Self.tagByteCounts.contains(tag.count)
        else { return nil }
        self.init(parameters: parameters, salt: salt, tag: tag)
    }

    package var text: String {
        let parameters = self.parameters
        let numbers = "m=\(parameters.memoryKibibytes),t=\(parameters.passCount),p=\(parameters.laneCount)"
        let salt = String(decoding: Base64Text.plain.encode(self.salt), as: UTF8.self)
        let tag = String(decoding: Base64Text.plain.encode(self.tag), as: UTF8.self)
        return "$argon2id$v=19$\(numbers)$\(salt)$\(tag)"
    }

    /// Whether it was made at another cost than today's: after the next sign-in it is made anew.
    package func needsRehash(for wanted: Argon2Parameters = .standard) -> Bool {
        self.parameters != wanted || self.salt.count != Argon2id.saltByteCount
            || self.tag.count != Argon2id.tagByteCount
    }

    private static func parameters(_ text: ArraySlice<UInt8>) -> Argon2Parameters? {
        let fields = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count == 3, let memory = Self.number(fields[0], after: "m="),
            let passes = Self.number(fields[1], after: "t="), let lanes = Self.number(fields[2], after: "p=")
        else { return nil }
        let parameters = Argon2Parameters(memoryKibibytes: memory, passCount: passes, laneCount: lanes)
        return parameters.isWithinLimits ? parameters : nil
    }

    private static func number(_ field: ArraySlice<UInt8>, after name: StaticString) -> Int? {
        let isNamed = name.withUTF8Buffer { field.starts(with: $0) }
        guard isNamed else { return nil }
        let digits = field.dropFirst(name.utf8CodeUnitCount)
        guard digits.first != UInt8(ascii: "0") else { return nil }
        return DecimalText.parse(digits)
    }
}

/// Not even the hash is for logs.
extension PasswordHash: CustomStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
