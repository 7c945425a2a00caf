/// Up to eight ranges of a path, kept in registers instead of an array. A path is shorter than 64 KiB
/// (`HTTPPathRule`), so that 16 bits reach.
struct HTTPPathRanges: Sendable {
    private var starts = SIMD8<UInt16>()
    private var ends = SIMD8<UInt16>()

    subscript(_ index: Int) -> Range<Int> {
        get { Int(self.starts[index])..<Int(self.ends[index]) }
        set {
            self.starts[index] = UInt16(truncatingIfNeeded: newValue.lowerBound)
            self.ends[index] = UInt16(truncatingIfNeeded: newValue.upperBound)
        }
    }
}
