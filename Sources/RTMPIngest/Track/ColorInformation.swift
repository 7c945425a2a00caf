internal import MediaTypes
internal import Primitives

/// The colours in a metadata packet (Enhanced RTMP v2, "Metadata Frame"): pairs of a name and an object.
enum ColorInformation {
    /// Nil where there are none, or empty ones.
    static func color(_ values: borrowing RawSpan, limits: RTMPLimits) -> VideoColor? { nil }
}
