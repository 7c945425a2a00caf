/// The size of a picture as it is shown, from coded size and cropping, none of which is believed.
struct PictureSize {
    let width: Int
    let height: Int

    /// Cropping in pixels, of both sides together. Nil where nothing is left or more than
    /// `ParameterLimits.pictureSideMax`.
    init?(codedWidth: UInt64, codedHeight: UInt64, croppedWidth: UInt64, croppedHeight: UInt64) {
        guard let width = Self.side(codedWidth, croppedWidth), let height = Self.side(codedHeight, croppedHeight) else {
            return nil
        }
        self.width = width
        self.height = height
    }

    private static func side(_ coded: UInt64, _ cropped: UInt64) -> Int? {
        let (side, overflowed) = coded.subtractingReportingOverflow(cropped)
        guard !overflowed, side > 0, side <= UInt64(ParameterLimits.pictureSideMax) else { return nil }
        return Int(side)
    }
}
