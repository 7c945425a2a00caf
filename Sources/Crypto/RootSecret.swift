internal import Primitives

/// The secret that every key of an installation is derived from, in one or several generations.
///
/// Its text has a line for each generation, the number and 64 hexadecimal digits: `2 0f3a…`. The first line is in use:
/// it signs and seals. The second line is still believed, so that what was signed before a rotation stays valid. All
/// lines open what they once sealed. The number is the key id of whatever is made with a generation.
package struct RootSecret: Sendable {
    package static let byteCount = 32
    package static let generationCountMax = 16
    /// No text that is right is longer.
    package static let textByteCountMax = 2048

    package struct Generation: Sendable {
        /// 1 to 255.
        package let number: Int
        let secret: SecretBytes
    }

    /// In the order of the text; never empty.
    package let generations: [Generation]

    /// A new one, with generation 1.
    package static func random() -> RootSecret {
        RootSecret(generations: [Generation(number: 1, secret: SecretBytes.random(Self.byteCount))])
    }

    package init(parsing text: [UInt8]) throws(RootSecretError) {
        guard text.count <= Self.textByteCountMax else { throw RootSecretError.tooLong }
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { throw RootSecretError.empty }
        guard lines.count <= Self.generationCountMax else { throw RootSecretError.tooManyLines }
        var generations: [Generation] = []
        for (index, line) in lines.enumerated() {
            let generation = try Self.generation(line, number: index + 1)
            guard !generations.contains(where: { $0.number == generation.number }) else {
                throw RootSecretError.numberTwice(line: index + 1)
            }
            generations.append(generation)
        }
        self.generations = generations
    }

    private init(generations: [Generation]) { self.generations = generations }

    /// The same with a new generation in front. Nil when 255 have been, or there are as many as are kept.
    package func rotated() -> RootSecret? {
        let highest = self.generations.map(\.number).max() ?? 0
        guard highest < 255, self.generations.count < Self.generationCountMax else { return nil }
        let next = Generation(number: highest + 1, secret: SecretBytes.random(Self.byteCount))
        return RootSecret(generations: [next] + self.generations)
    }

    /// What the file holds. A secret: for the file alone.
    package func text() -> [UInt8] {
        var text: [UInt8] = []
        for generation in self.generations {
            text.append(decimal: generation.number)
            text.append(UInt8(ascii: " "))
            generation.secret.withUnsafeBytes { secret in
                for byte in secret { HexText.append(UInt64(byte), digitCount: 2, to: &text) }
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// The key of a purpose in one generation.
    package func key(
        for purpose: KeyPurpose, in generation: Generation, byteCount: Int = 32
    ) -> SecretBytes {
        HKDF.derive(
            generation.secret, salt: Array("podo".utf8), purpose: Array(purpose.rawValue.utf8), count: byteCount)
    }

    /// The generation in use: its key signs and seals.
    package var current: Generation { self.generations[0] }

    /// The generation that something was made with; nil when there is no such one any more.
    package func generation(_ number: Int) -> Generation? { self.generations.first { $0.number == number } }

    private static func generation(_ line: ArraySlice<UInt8>, number: Int) throws(RootSecretError) -> Generation {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, let generation = DecimalText.parse(parts[0]), (1...255).contains(generation),
            parts[0].first != UInt8(ascii: "0"), parts[0].count <= 3
        else { throw RootSecretError.malformed(line: number) }
        let digits = Array(parts[1])
        guard digits.count >= 2 * Self.byteCount else { throw RootSecretError.tooShort(line: number) }
        guard digits.count == 2 * Self.byteCount else { throw RootSecretError.malformed(line: number) }
        var secret: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = HexText.parse(digits[start..<start + 2]) else {
                throw RootSecretError.malformed(line: number)
            }
            secret.append(UInt8(byte))
        }
        // Zeros, or one byte again and again, is what a broken tool or a placeholder leaves.
        guard Set(secret).count >= 8 else { throw RootSecretError.guessable(line: number) }
        return Generation(number: generation, secret: SecretBytes(copying: secret))
    }
}
