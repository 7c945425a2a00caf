/// An AV1 codec configuration record, av1C (AV1 in ISO BMFF §2.3).
package struct AV1Configuration: Equatable, Sendable {
    package var profile: UInt8
    package var level: UInt8
    package var isHighTier = false
    package var bitDepth: UInt8 = 8
    package var isMonochrome = false
    package var isSubsampledHorizontally = true
    package var isSubsampledVertically = true
    package var chromaPosition: UInt8 = 0
    /// The presentation delay byte as it was sent.
    package var presentationDelay: UInt8 = 0
    /// The sequence header and metadata, as OBUs with their sizes; empty where they come in the units.
    package var units: [UInt8] = []

    /// Nil where the first four bytes are not those of a record.
    package init?(_ record: borrowing RawSpan) { return nil }

    /// From the sequence header in the OBUs of a temporal unit; nil without one.
    package init?(temporalUnit: borrowing RawSpan) { return nil }

    package var record: [UInt8] { [] }

    /// Of the first sequence header among `units`.
    package var sequenceHeader: AV1SequenceHeader? { nil }

    package var format: VideoFormat { VideoFormat(codec: .av1, configuration: self.record) }

    /// As in HLS and AV1 in ISO BMFF §5: `av01.0.04M.08`, with colours where they are not the usual ones.
    package var codecString: String { "" }
}
