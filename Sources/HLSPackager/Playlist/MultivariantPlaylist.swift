package import MediaTypes
internal import Primitives

/// The playlist that a player opens first: what renditions there are, and what it needs to be able to do
/// (RFC 8216bis §4.4.6).
///
/// Renditions with pictures are variants, each with its own sound in it; further sounds are alternatives to that, in
/// one group. Without any pictures the first sound is the variant.
package struct MultivariantPlaylist: Sendable {
    package struct Rendition: Equatable, Sendable {
        package var id: RenditionID
        package var formats: [TrackFormat]
        package var bitRate: RenditionBitRate
        /// Pictures in a thousand seconds; nil where it is not known, and for sound.
        package var frameRateThousandths: Int?

        package init(
            id: RenditionID, formats: [TrackFormat], bitRate: RenditionBitRate, frameRateThousandths: Int? = nil
        ) {
            self.id = id
            self.formats = formats
            self.bitRate = bitRate
            self.frameRateThousandths = frameRateThousandths
        }
    }

    private let form: PlaylistForm
    private let hasIndependentSegments: Bool
    private let variants: [Rendition]
    private let alternatives: [Rendition]

    /// - Parameters:
    ///   - renditions: The first is what a player begins with.
    ///   - hasIndependentSegments: Of all of them.
    package init(_ renditions: [Rendition], form: PlaylistForm, hasIndependentSegments: Bool) {
        self.form = form
        self.hasIndependentSegments = hasIndependentSegments
        self.variants = renditions.filter { !$0.id.isAlternative }
        self.alternatives = renditions.filter { $0.id.isAlternative }
    }

    package func render() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128 + 256 * (self.variants.count + self.alternatives.count))
        bytes.append("#EXTM3U\n")
        if self.hasIndependentSegments { bytes.append("#EXT-X-INDEPENDENT-SEGMENTS\n") }
        self.appendAlternatives(to: &bytes)
        for variant in self.variants { self.append(variant, to: &bytes) }
        return bytes
    }

    // MARK: - Sounds

    /// The group has the sound that is in the variants, which needs no URI, and all others.
    private func appendAlternatives(to bytes: inout [UInt8]) {
        guard !self.alternatives.isEmpty else { return }
        let own = self.variants.lazy.compactMap(\.audio).first
        if let own { self.appendAudio(own, number: 1, uri: nil, to: &bytes) }
        for (index, rendition) in self.alternatives.enumerated() {
            guard let audio = rendition.audio else { continue }
            self.appendAudio(audio, number: index + (own == nil ? 1 : 2), uri: rendition.id, to: &bytes)
        }
    }

    /// Publishers do not say which language a sound is in.
    private func appendAudio(_ audio: AudioFormat, number: Int, uri: RenditionID?, to bytes: inout [UInt8]) {
        bytes.append("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio ")
        bytes.append(decimal: number)
        bytes.append("\",LANGUAGE=\"und\",AUTOSELECT=YES")
        bytes.append(number == 1 ? ",DEFAULT=YES" : ",DEFAULT=NO")
        if audio.channelCount > 0 {
            bytes.append(",CHANNELS=\"")
            bytes.append(decimal: audio.channelCount)
            bytes.append(UInt8(ascii: "\""))
        }
        if let uri {
            bytes.append(",URI=\"")
            MediaName.playlist(uri, self.form).append(to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    // MARK: - Variants

    private func append(_ variant: Rendition, to bytes: inout [UInt8]) {
        // A player may load any one of the alternatives beside the variant.
        let peak = self.alternatives.reduce(0) { max($0, $1.bitRate.peak) }
        let average = self.alternatives.reduce(0) { max($0, $1.bitRate.average) }
        bytes.append("#EXT-X-STREAM-INF:BANDWIDTH=")
        bytes.append(decimal: variant.bitRate.peak &+ peak)
        bytes.append(",AVERAGE-BANDWIDTH=")
        bytes.append(decimal: variant.bitRate.average &+ average)
        self.appendCodecs(of: variant, to: &bytes)
        if let video = variant.video {
            if video.width > 0, video.height > 0 {
                bytes.append(",RESOLUTION=")
                bytes.append(decimal: video.width)
                bytes.append(UInt8(ascii: "x"))
                bytes.append(decimal: video.height)
            }
            if let rate = variant.frameRateThousandths, rate > 0 {
                bytes.append(",FRAME-RATE=")
                let (whole, thousandths) = rate.quotientAndRemainder(dividingBy: 1000)
                bytes.append(decimal: whole)
                bytes.append(thousandths < 10 ? ".00" : thousandths < 100 ? ".0" : ".")
                bytes.append(decimal: thousandths)
            }
            if self.variants.contains(where: { $0.videoRange != .standard }) {
                bytes.append(",VIDEO-RANGE=")
                bytes.append(variant.videoRange.label)
            }
        }
        if !self.alternatives.isEmpty { bytes.append(",AUDIO=\"audio\"") }
        bytes.append(UInt8(ascii: "\n"))
        MediaName.playlist(variant.id, self.form).append(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Every codec of the variant and of all that can be played with it, once; or none at all where one is not known,
    /// for a list with holes makes players refuse what they could play.
    private func appendCodecs(of variant: Rendition, to bytes: inout [UInt8]) {
        let formats = variant.formats + self.alternatives.flatMap(\.formats)
        var codecs: [String] = []
        for format in formats {
            guard let codec = format.codecString else { return }
            if !codecs.contains(codec) { codecs.append(codec) }
        }
        guard !codecs.isEmpty else { return }
        bytes.append(",CODECS=\"")
        bytes.append(contentsOf: codecs.joined(separator: ",").utf8)
        bytes.append(UInt8(ascii: "\""))
    }
}

extension RenditionID {
    /// Sound beside that of the variants.
    var isAlternative: Bool {
        if case .audio = self { return true }
        return false
    }
}

extension MultivariantPlaylist.Rendition {
    fileprivate enum VideoRange {
        case standard
        case perceptualQuantizer
        case hybridLogGamma

        var label: StaticString {
            switch self {
            case .standard: "SDR"
            case .perceptualQuantizer: "PQ"
            case .hybridLogGamma: "HLG"
            }
        }
    }

    fileprivate var video: VideoFormat? {
        for case .video(let format) in self.formats { return format }
        return nil
    }

    fileprivate var audio: AudioFormat? {
        for case .audio(let format) in self.formats { return format }
        return nil
    }

    /// By the transfer characteristics of ITU-T H.273.
    fileprivate var videoRange: VideoRange {
        switch self.video?.color?.transfer {
        case 16: .perceptualQuantizer
        case 18: .hybridLogGamma
        default: .standard
        }
    }
}
