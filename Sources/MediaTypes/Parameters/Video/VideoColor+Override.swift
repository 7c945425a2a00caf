extension VideoColor {
    /// These colours, where `other` does not say otherwise. A bit depth that is known holds: it is the decoder's.
    package func overridden(by other: VideoColor) -> VideoColor {
        var color = self
        color.bitDepth = color.bitDepth ?? other.bitDepth
        color.primaries = other.primaries ?? color.primaries
        color.transfer = other.transfer ?? color.transfer
        color.matrix = other.matrix ?? color.matrix
        color.isFullRange = other.isFullRange ?? color.isFullRange
        color.lightLevelMax = other.lightLevelMax ?? color.lightLevelMax
        color.frameAverageLightLevelMax = other.frameAverageLightLevelMax ?? color.frameAverageLightLevelMax
        return color
    }
}
