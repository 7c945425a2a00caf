internal import Glibc

/// What protocol readers ask of a run of bytes.
extension Span where Element == UInt8 {
    /// The place of the next LF at or after `start`.
    package func firstLineFeed(from start: Int) -> Int? { self.firstIndex(of: UInt8(ascii: "\n"), from: start) }

    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        guard start < self.count else { return nil }
        return self.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let found = memchr(base + start, CInt(byte), buffer.count - start)
            else {
                return nil
            }
            return UnsafeRawPointer(base).distance(to: found)
        }
    }

    package func equals(_ text: StaticString) -> Bool {
        guard self.count == text.utf8CodeUnitCount else { return false }
        return self.hasPrefix(text)
    }

    package func hasPrefix(_ text: StaticString) -> Bool {
        guard self.count >= text.utf8CodeUnitCount else { return false }
        return self.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return text.utf8CodeUnitCount == 0 }
            return memcmp(base, text.utf8Start, text.utf8CodeUnitCount) == 0
        }
    }

    /// `text` must be in lower case.
    package func equalsIgnoringCase(_ text: StaticString) -> Bool {
        self.count == text.utf8CodeUnitCount && self.hasPrefixIgnoringCase(text)
    }

    /// `text` must be in lower case.
    package func hasPrefixIgnoringCase(_ text: StaticString) -> Bool {
        guard self.count >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for index in expected.indices where HTTPCharacter.lowercased(self[index]) != expected[index] {
                return false
            }
            return true
        }
    }

    package func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        guard self.count == other.count else { return false }
        for index in self.indices where HTTPCharacter.lowercased(self[index]) != HTTPCharacter.lowercased(other[index])
        {
            return false
        }
        return true
    }
}

extension [UInt8] {
    package init(copying bytes: Span<UInt8>) {
        self.init()
        self.append(copying: bytes)
    }

    package mutating func append(copying bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { self.append(contentsOf: $0) }
    }
}
