extension RenditionSnapshot {
    /// Pictures in a thousand seconds, over the whole segments that are listed and of the latest format; nil before the
    /// first one with pictures. Those that stand over a gap do not count.
    ///
    /// Publishers round times to milliseconds: a rate that is within 0.1 % of one that cameras have is taken to be it.
    package var frameRateThousandths: Int? {
        var (count, nanoseconds): (Int64, Int64) = (0, 0)
        let latest = self.segments.last { $0.isComplete && $0.parts.contains { $0.pictureCount > 0 } }
        for segment in self.segments
        where segment.isComplete && segment.initialisationNumber == latest?.initialisationNumber {
            for part in segment.parts {
                count += Int64(part.pictureCount)
                nanoseconds += part.pictureNanoseconds
            }
        }
        return Self.frameRateThousandths(pictureCount: count, nanoseconds: nanoseconds)
    }

    static func frameRateThousandths(pictureCount count: Int64, nanoseconds: Int64) -> Int? {
        // Millionths of a second, so that no number of segments overflows.
        let microseconds = nanoseconds / 1000
        guard count > 0, count < 1 << 32, microseconds > 0 else { return nil }
        let measured = Int((count * 1_000_000_000 + microseconds / 2) / microseconds)
        let nearest = Self.usualRates.min { abs($0 - measured) < abs($1 - measured) } ?? measured
        return abs(nearest - measured) * 1000 <= nearest ? nearest : max(measured, 1)
    }

    private static let usualRates = [
        10_000, 12_000, 12_500, 14_985, 15_000, 20_000, 23_976, 24_000, 25_000, 29_970, 30_000, 47_952, 48_000, 50_000,
        59_940, 60_000, 72_000, 75_000, 90_000, 100_000, 119_880, 120_000, 144_000, 240_000,
    ]
}
