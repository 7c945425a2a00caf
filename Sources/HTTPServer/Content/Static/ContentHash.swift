/// A 64-bit hash of bytes (FNV-1a). It tells versions of a file apart and finds names in a table; it is no defence
/// against anyone who may write the files.
struct ContentHash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    init() {}

    init(_ bytes: ArraySlice<UInt8>) { self.add(bytes) }

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        var value = self.value
        bytes.withUnsafeBytes { bytes in
            for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        self.value = value
    }

    var hexadecimal: String { String(self.value, radix: 16) }
}
