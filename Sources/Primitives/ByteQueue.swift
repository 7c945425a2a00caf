/// A first-in, first-out byte buffer: bytes are appended at the back and consumed at the front.
///
/// Consuming moves a head index; the bytes are moved together only when more than half of the storage is spent, so
/// a byte is moved at most once on average. The owner bounds the size: check `count` before appending peer data.
package struct ByteQueue: Sendable {
    private var storage: [UInt8]
    private var head = 0

    package init() { self.storage = [] }

    package init(capacity: Int) {
        self.storage = []
        self.storage.reserveCapacity(capacity)
    }

    package var count: Int { self.storage.count - self.head }
    package var isEmpty: Bool { self.head == self.storage.count }
    package var capacity: Int { self.storage.capacity }

    package mutating func append(_ byte: UInt8) {
        self.storage.append(byte)
    }

    package mutating func append(_ bytes: [UInt8]) {
        self.storage.append(contentsOf: bytes)
    }

    package mutating func append(_ bytes: ArraySlice<UInt8>) {
        self.storage.append(contentsOf: bytes)
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.storage.append(contentsOf: bytes)
    }

    package mutating func append(_ bytes: borrowing RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe self.storage.append(contentsOf: $0) }
    }

    /// ASCII text known at compile time, copied without making a `String`.
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { unsafe self.storage.append(contentsOf: $0) }
    }

    package mutating func append(_ text: String) {
        self.storage.append(contentsOf: text.utf8)
    }

    package mutating func append(decimal value: Int) {
        DecimalText.append(value, to: &self.storage)
    }

    /// Forgets the first `count` bytes.
    package mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "consumes only what is queued")
        self.head += count
        if self.head == self.storage.count {
            self.storage.removeAll(keepingCapacity: true)
            self.head = 0
        } else if self.head > self.storage.count / 2 {
            self.storage.removeFirst(self.head)
            self.head = 0
        }
    }

    package mutating func removeAll(keepingCapacity: Bool) {
        self.storage.removeAll(keepingCapacity: keepingCapacity)
        self.head = 0
    }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try unsafe self.storage.withUnsafeBytes { try unsafe body(UnsafeRawBufferPointer(rebasing: $0[self.head...])) }
    }

    package func withSpan<Result, Failure>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(self.storage.span.extracting(self.head...))
    }

    /// The queued bytes as a copy of their own.
    package func copyBytes() -> [UInt8] { Array(self.storage[self.head...]) }
}
