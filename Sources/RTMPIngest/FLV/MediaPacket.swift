internal import MediaTypes

/// One piece of an audio or video message: what a track gets. Its bytes stay where they are.
struct MediaPacket: Equatable, Sendable {
    enum Codec: Equatable, Sendable {
        case video(VideoCodec)
        case audio(AudioCodec)
    }

    enum Content: Equatable, Sendable {
        /// A sequence start: what the decoder must know. May be empty.
        case configuration
        /// The same as an MPEG-2 transport stream describes it.
        case transportConfiguration
        case frame
        case sequenceEnd
        /// Colours, as AMF values.
        case metadata
        /// Which channels there are, in which order.
        case channels
    }

    var trackNumber: UInt8 = 0
    var codec: Codec
    var content: Content
    /// What the tag says; the bytes may know better.
    var isKeyFrame = false
    var isDisposable = false
    /// From decoding to showing.
    var compositionMilliseconds: Int32 = 0
    /// Added to the time of showing: at most a millisecond.
    var nanoseconds: Int32 = 0
    /// Where the bytes lie in the tag.
    var body: Range<Int>
}
