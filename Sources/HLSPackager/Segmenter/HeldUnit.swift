internal import MediaTypes
internal import Primitives

/// A unit that waits for its place, with a copy of its bytes.
struct HeldUnit: Sendable {
    var unit: AccessUnit
    var arrival: MonotonicTime
    var bytes: [UInt8]

    init(_ unit: AccessUnit, _ payload: borrowing RawSpan, at arrival: MonotonicTime) {
        self.unit = unit
        self.arrival = arrival
        self.bytes = payload.withUnsafeBytes { Array($0) }
    }
}

/// A sample whose place is known, and which may wait for those of another track.
struct HeldSample: Sendable {
    /// `trackIndex` is set by the rendition.
    var sample: Sample
    /// From the zero of the track's clock, in nanoseconds.
    var start: Int64
    var end: Int64
    var arrival: MonotonicTime
    var bytes: [UInt8]
    /// Where in them parameter sets are that the publisher did not put there.
    var repeatedSets = 0..<0

    /// As the publisher sent them.
    var plainBytes: [UInt8] {
        self.repeatedSets.isEmpty
            ? self.bytes : self.bytes[..<self.repeatedSets.lowerBound] + self.bytes[self.repeatedSets.upperBound...]
    }
}
