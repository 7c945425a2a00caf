/// What a decoder must know before a track's units, and what people want to know about it.
package enum TrackFormat: Equatable, Sendable {
    case video(VideoFormat)
    case audio(AudioFormat)
}

package enum VideoCodec: Sendable {
    case h264
    case hevc
    case av1
    case vp9
}

package struct VideoFormat: Equatable, Sendable {
    package var codec: VideoCodec
    /// The codec's configuration record as ISO BMFF stores it: avcC, hvcC, av1C or vpcC, without a box header. NAL
    /// lengths in it are always four bytes, as in the units.
    package var configuration: [UInt8]
    /// Size of the picture as it is to be shown, cropped; 0 where the configuration does not tell.
    package var width = 0
    package var height = 0
    package var color: VideoColor?

    package init(codec: VideoCodec, configuration: [UInt8]) {
        self.codec = codec
        self.configuration = configuration
    }
}

/// How sample values are to be read as colours: code points of ITU-T H.273; nil where nothing was said.
package struct VideoColor: Equatable, Sendable {
    package var bitDepth: UInt8?
    package var primaries: UInt8?
    package var transfer: UInt8?
    package var matrix: UInt8?
    /// Values reach from the lowest to the highest number, not only from 16 to 235.
    package var isFullRange: Bool?
    /// Largest light levels in cd/m², of the content and of a frame on average.
    package var lightLevelMax: UInt16?
    package var frameAverageLightLevelMax: UInt16?

    package init() {}
}

package enum AudioCodec: Sendable {
    case aac
    case mp3
    case opus
    case ac3
    case eac3
    case flac
}

package struct AudioFormat: Equatable, Sendable {
    package var codec: AudioCodec
    /// AudioSpecificConfig, OpusHead without its magic word (as dOps stores it, big-endian), FLAC's STREAMINFO block;
    /// empty for MP3, AC-3 and E-AC-3, whose frames describe themselves.
    package var configuration: [UInt8]
    /// 0 where it is not known before the first frame.
    package var sampleRate = 0
    package var channelCount = 0
    /// Samples of one unit; 0 where units differ.
    package var samplesPerUnit = 0

    package init(codec: AudioCodec, configuration: [UInt8]) {
        self.codec = codec
        self.configuration = configuration
    }
}
