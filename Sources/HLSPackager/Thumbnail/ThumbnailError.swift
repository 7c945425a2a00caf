/// Why there is no picture: a word for counting. All of these can be the publisher's doing, but the last two.
package enum ThumbnailError: String, Error, CaseIterable, Sendable {
    case inputTooLarge = "input-too-large"
    case pictureTooLarge = "picture-too-large"
    /// The decoder found no picture, or one with errors.
    case undecodable
    /// A pixel format or colour space that cannot be brought into a JPEG's.
    case unscalable
    case outputTooLarge = "output-too-large"
    /// The machine's libav lacks a decoder or encoder.
    case codecMissing = "codec-missing"
    case outOfMemory = "out-of-memory"
}
