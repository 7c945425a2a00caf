internal import MediaTypes
internal import Primitives

/// The colours in a metadata packet (Enhanced RTMP v2, "Metadata Frame"): pairs of a name and an object.
enum ColorInformation {
    /// Nil where there are none, or empty ones, which take back what was told before.
    static func color(_ values: borrowing RawSpan, limits: RTMPLimits) -> VideoColor? {
        var decoder = AMFDecoder(limits: limits)
        let values = decoder.all(values, from: 0)
        guard let name = values.firstIndex(of: .string("colorInfo")), name + 1 < values.count else { return nil }
        let information = values[name + 1]
        let configuration = information["colorConfig"]
        let light = information["hdrCll"]
        var color = VideoColor()
        color.bitDepth = self.number(configuration?["bitDepth"])
        color.primaries = self.codePoint(configuration?["colorPrimaries"])
        color.transfer = self.codePoint(configuration?["transferCharacteristics"])
        color.matrix = self.codePoint(configuration?["matrixCoefficients"])
        color.lightLevelMax = self.number(light?["maxCLL"])
        color.frameAverageLightLevelMax = self.number(light?["maxFall"])
        return color == VideoColor() ? nil : color
    }

    private static func codePoint(_ value: AMFValue?) -> UInt8? {
        let number: UInt8? = self.number(value)
        return number == VideoColor.unspecified ? nil : number
    }

    /// The nearest whole number; nil where it does not fit.
    private static func number<Number: FixedWidthInteger>(_ value: AMFValue?) -> Number? {
        guard let value = value?.number, value.isFinite else { return nil }
        return Number(exactly: value.rounded())
    }
}
