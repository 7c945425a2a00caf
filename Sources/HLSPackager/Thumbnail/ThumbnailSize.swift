/// How large a picture is drawn: in its own proportions, both sides even and within the maximum, never enlarged.
package struct ThumbnailSize: Equatable, Sendable {
    package let width: Int
    package let height: Int

    /// - Parameter pixelAspect: Width of one point by its height, as the publisher says. What makes no sense counts as
    ///   square.
    package init(width: Int, height: Int, pixelAspect: Double = 1, sideMax: Int) {
        let isSensible = pixelAspect.isFinite && pixelAspect >= 1 / Self.aspectMax && pixelAspect <= Self.aspectMax
        let (shownWidth, shownHeight) = (Double(width) * (isSensible ? pixelAspect : 1), Double(height))
        let scale = min(1, Double(sideMax) / max(shownWidth, shownHeight, 1))
        self.width = Self.even(shownWidth * scale, sideMax)
        self.height = Self.even(shownHeight * scale, sideMax)
    }

    private static func even(_ side: Double, _ sideMax: Int) -> Int {
        max(2, min(Int((side / 2).rounded()) * 2, sideMax / 2 * 2))
    }

    private static let aspectMax = 16.0
}
