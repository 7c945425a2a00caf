/// The bytes of a chunk header that the input ended in. Kept in place: no memory is taken for them.
struct HeldBytes {
    /// The first `count` count.
    private(set) var bytes = InlineArray<18, UInt8>(repeating: 0)
    private(set) var count = 0

    var isEmpty: Bool { self.count == 0 }

    /// Takes bytes from `input` until it is full, and says how many.
    mutating func fill(from input: borrowing RawSpan, at offset: Int) -> Int {
        let taken = min(self.bytes.count - self.count, input.byteCount - offset)
        for index in 0..<taken {
            self.bytes[self.count + index] = input.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self)
        }
        self.count += taken
        return taken
    }

    mutating func removeFirst(_ count: Int) {
        for index in count..<self.count { self.bytes[index - count] = self.bytes[index] }
        self.count -= count
    }
}
