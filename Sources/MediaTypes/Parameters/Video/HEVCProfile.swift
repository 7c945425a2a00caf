/// The general profile, tier and level of an HEVC stream (HEVC §7.3.3), as parameter sets and hvcC both say it.
package struct HEVCProfile: Equatable, Sendable {
    package var space: UInt8 = 0
    package var isHighTier = false
    package var number: UInt8 = 0
    /// Flag j in bit 31 - j.
    package var compatibilityFlags: UInt32 = 0
    /// 48 bits, the first in bit 47.
    package var constraintFlags: UInt64 = 0
    /// Thirty times the level's number.
    package var level: UInt8 = 0

    package init() {}
}
