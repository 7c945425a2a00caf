internal import Primitives

/// Goes through the NAL units of one access unit, however they are held apart.
struct NALUnitWalker: Sendable {
    enum Framing: Equatable, Sendable {
        /// Each unit behind its length, of 1 to 4 bytes (ISO/IEC 14496-15 §4.3.2).
        case lengths(Int)
        /// Each unit behind 00 00 01 (H.264 annex B).
        case startCodes
    }

    enum Step: Equatable, Sendable {
        /// May be empty.
        case unit(Range<Int>)
        /// A length reaches beyond the end.
        case malformed
        case end
    }

    private let framing: Framing
    private var offset: Int
    private let end: Int

    /// `range` lies within the bytes that `next` is given.
    init(_ framing: Framing, _ range: Range<Int>) {
        self.framing = framing
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    mutating func next(_ bytes: borrowing RawSpan) -> Step {
        guard self.offset < self.end else { return .end }
        switch self.framing {
        case .lengths(let size): return self.nextBehindLength(bytes, size)
        case .startCodes: return self.nextBehindStartCode(bytes)
        }
    }

    private mutating func nextBehindLength(_ bytes: borrowing RawSpan, _ size: Int) -> Step {
        let start = self.offset &+ size
        guard start <= self.end else {
            // Some encoders fill up with zeros that do not even make a length.
            let isPadding = (self.offset..<self.end).allSatisfy { bytes.byte(at: $0) == 0 }
            self.offset = self.end
            return isPadding ? .end : .malformed
        }
        var length: UInt32 = 0
        if size == 4 {
            length = bytes.bigEndianUInt32(at: self.offset) ?? .max
        } else {
            for index in self.offset..<start { length = length << 8 | UInt32(bytes.byte(at: index) ?? 0) }
        }
        guard Int(length) <= self.end &- start else { return .malformed }
        self.offset = start &+ Int(length)
        return .unit(start..<self.offset)
    }

    /// Zeros before a start code belong to it, or to nothing (H.264 §B.1).
    private mutating func nextBehindStartCode(_ bytes: borrowing RawSpan) -> Step {
        guard let start = self.startCode(bytes, from: self.offset) else {
            self.offset = self.end
            return .end
        }
        let from = start &+ 3
        let next = self.startCode(bytes, from: from) ?? self.end
        self.offset = next
        var to = next
        while to > from, bytes.byte(at: to &- 1) == 0 { to &-= 1 }
        return .unit(from..<to)
    }

    /// Where the next 00 00 01 is; nil where there is none.
    private func startCode(_ bytes: borrowing RawSpan, from: Int) -> Int? {
        var offset = from
        while offset &+ 2 < self.end {
            let third = bytes.byte(at: offset &+ 2) ?? 0
            if third > 1 {
                offset &+= 3
            } else if third == 1, bytes.byte(at: offset) == 0, bytes.byte(at: offset &+ 1) == 0 {
                return offset
            } else {
                offset &+= 1
            }
        }
        return nil
    }
}
