/// Names a rendition of a stream for as long as the stream lives, whatever publishers bring.
package enum RenditionID: Hashable, Sendable {
    /// The first picture and the first sound, or the one that there is.
    case main
    /// A further picture, with the first sound; by its track's number.
    case video(UInt8)
    /// A further sound; by its track's number.
    case audio(UInt8)

    var isAudio: Bool { if case .audio = self { true } else { false } }
}
