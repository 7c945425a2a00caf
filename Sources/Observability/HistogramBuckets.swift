/// The buckets of every `Histogram`: those that OpenTelemetry advises for request durations (5 ms to 10 s), and three
/// below them, because most of Podo's answers take less than 5 ms.
enum HistogramBuckets {
    /// Upper bounds, inclusive, in nanoseconds.
    static let boundsNanoseconds: [Int64] = [
        500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 75_000_000, 100_000_000,
        250_000_000, 500_000_000, 750_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 7_500_000_000,
        10_000_000_000,
    ]

    /// The same bounds as Prometheus reads them, in seconds.
    static let boundTexts: [StaticString] = [
        "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.075", "0.1",
        "0.25", "0.5", "0.75", "1", "2.5", "5", "7.5",
        "10",
    ]

    static let count = 17

    /// A slot per bucket, one for what is beyond the last bound, one for the sum of nanoseconds.
    static let slotCount = count + 2
    static let beyondOffset = count
    static let sumOffset = count + 1
}
