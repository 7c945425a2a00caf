internal import Primitives

/// A VP9 codec configuration record, vpcC (VP codec ISO media file format binding).
///
/// Read with and without the version and flags of the box that it fills; `record` has them, since they are part of what
/// the box holds.
package struct VP9Configuration: Equatable, Sendable {
    package private(set) var profile: UInt8
    /// Ten times the level's number.
    package private(set) var level: UInt8
    package private(set) var bitDepth: UInt8
    package private(set) var chromaSubsampling: UInt8 = 1
    package private(set) var isFullRange = false
    package private(set) var primaries: UInt8 = 2
    package private(set) var transfer: UInt8 = 2
    package private(set) var matrix: UInt8 = 2

    /// Nil where it is not a record of version 1, or says a bit depth that VP9 does not have.
    package init?(_ record: borrowing RawSpan) {
        // Without version and flags these bytes would be a bit depth of 0.
        let versionAndFlags: UInt32 = 0x0100_0000
        let start = record.bigEndianUInt32(at: 0) == versionAndFlags ? 4 : 0
        guard let profile = record.byte(at: start), let level = record.byte(at: start &+ 1),
            let samples = record.byte(at: start &+ 2), let primaries = record.byte(at: start &+ 3),
            let transfer = record.byte(at: start &+ 4), let matrix = record.byte(at: start &+ 5),
            profile <= 3, [8, 10, 12].contains(samples >> 4)
        else { return nil }
        self.profile = profile
        self.level = level
        self.bitDepth = samples >> 4
        self.chromaSubsampling = samples >> 1 & 7
        self.isFullRange = samples & 1 == 1
        self.primaries = primaries
        self.transfer = transfer
        self.matrix = matrix
    }

    /// For publishers that send no record, from the head of a keyframe. It tells no level.
    package init(_ header: VP9FrameHeader) {
        self.profile = header.profile
        self.level = 0
        self.bitDepth = header.bitDepth
        self.chromaSubsampling = header.chromaSubsampling
        self.isFullRange = header.isFullRange
        self.matrix = header.matrix
    }

    package var record: [UInt8] {
        let samples = self.bitDepth << 4 | self.chromaSubsampling << 1 | (self.isFullRange ? 1 : 0)
        return [1, 0, 0, 0, self.profile, self.level, samples, self.primaries, self.transfer, self.matrix, 0, 0]
    }

    /// Without a size: that is in the keyframes (`VP9FrameHeader`).
    package var format: VideoFormat {
        var format = VideoFormat(codec: .vp9, configuration: self.record)
        var color = VideoColor(bitDepth: self.bitDepth)
        color.take(primaries: self.primaries, transfer: self.transfer, matrix: self.matrix)
        color.isFullRange = self.isFullRange
        format.color = color
        return format
    }

    /// As in HLS: `vp09.00.41.08`, with the other fields where one is not the usual one. A level that was not told is
    /// written as the lowest.
    package var codecString: String {
        let lowestLevel: UInt8 = 10
        let usual: Set<UInt8> = [1, 2]
        var text = ["vp09"] + [self.profile, max(self.level, lowestLevel), self.bitDepth].map(CodecText.decimal)
        let colors = [self.primaries, self.transfer, self.matrix]
        let isUsual = self.chromaSubsampling <= 1 && !self.isFullRange && colors.allSatisfy(usual.contains)
        if !isUsual {
            text += ([self.chromaSubsampling] + colors + [self.isFullRange ? 1 : 0]).map(CodecText.decimal)
        }
        return text.joined(separator: ".")
    }
}
