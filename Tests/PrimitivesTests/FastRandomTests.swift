import Testing

@testable import Primitives

struct FastRandomTests {
    @Test("The numbers are those of the published xoshiro256**")
    func reference() {
        var random = FastRandom(state: (1, 2, 3, 4))
        let numbers = (0..<4).map { _ in random.next() }
        #expect(numbers == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240])
    }

    @Test("A seed gives the same numbers each time, another seed others")
    func seeds() {
        func numbers(seed: UInt64) -> [UInt64] {
            var random = FastRandom(seed: seed)
            return (0..<8).map { _ in random.next() }
        }
        #expect(numbers(seed: 1) == numbers(seed: 1))
        #expect(numbers(seed: 1) != numbers(seed: 2))
        #expect(Set(numbers(seed: 0)).count == 8)
    }

    @Test("Two generators that the kernel seeded differ")
    func kernelSeed() {
        var (left, right) = (FastRandom(), FastRandom())
        #expect(left.next() != right.next() || left.next() != right.next())
    }
}
