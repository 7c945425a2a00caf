internal import Crypto

/// Numbers for rows that nobody may count or guess: drawn at random, below 2⁵³, so that programs which know no larger
/// numbers read them right.
enum MemberNumber {
    static let max: Int64 = 1 << 53 - 1

    static func random() -> Int64 {
        let bytes = SecureRandom.bytes(8)
        let bits = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return Int64(bits & UInt64(Self.max)) | 1
    }
}
