import Primitives
import Testing

struct SharedBytesTests {
    @Test("The bytes are those given, aligned to a cache line", arguments: [0, 1, 63, 64, 65, 5000])
    func contents(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let shared = SharedBytes(bytes)
        #expect(shared.count == count && shared.copyBytes() == bytes)
        if let base = shared.unsafeBytes.baseAddress { #expect(Int(bitPattern: base) % 64 == 0) }
    }

    @Test("A slice is its part and keeps the whole alive")
    func slices() {
        let slice = SharedSlice(SharedBytes([1, 2, 3, 4]), 1..<3)
        #expect(slice.count == 2 && Array(slice.unsafeBytes) == [2, 3])
        #expect(Array(SharedSlice(slice.owner).unsafeBytes) == [1, 2, 3, 4])
        #expect(Array(SharedSlice(slice.owner, 4..<4).unsafeBytes) == [])
    }

    @Test("Lent memory is read where it lies, and its owner lives as long as it is held")
    func lent() {
        let owner = SharedBytes([1, 2, 3])
        weak let known = owner
        var lent: SharedBytes? = SharedBytes(owner.unsafeBytes, of: consume owner)
        #expect(known != nil && lent?.copyBytes() == [1, 2, 3])
        #expect(lent?.unsafeBytes.baseAddress == known?.unsafeBytes.baseAddress)
        lent = nil
        #expect(known == nil)
        #expect(SharedBytes(UnsafeRawBufferPointer(start: nil, count: 0), of: SharedBytes([])).count == 0)
    }

    @Test("A slice outside of its bytes stops the process")
    func outside() async {
        await #expect(processExitsWith: .failure) { _ = SharedSlice(SharedBytes([1, 2]), 1..<3) }
        await #expect(processExitsWith: .failure) { _ = SharedSlice(SharedBytes([1, 2]), -1..<1) }
    }
}
