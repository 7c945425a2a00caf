import Primitives
import Testing

struct ConstantTimeTests {
    @Test("A difference in any one bit is seen")
    func everyBit() {
        let secret = [UInt8](0..<32)
        #expect(ConstantTime.isEqual(secret, secret))
        #expect(ConstantTime.isEqual([], []))
        for index in secret.indices {
            for bit in 0..<8 {
                var other = secret
                other[index] ^= 1 << bit
                #expect(!ConstantTime.isEqual(secret, other))
            }
        }
    }

    @Test("A prefix is not equal, from either side")
    func lengths() {
        #expect(!ConstantTime.isEqual([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.isEqual([1, 2], [1, 2, 3]))
        #expect(!ConstantTime.isEqual([], [0]))
    }
}
