/// Frames a second as a video's parameters claim: `timeScale / unitsPerFrame`. Neither is 0.
package struct FrameTiming: Equatable, Sendable {
    package let timeScale: UInt32
    /// In H.264 two `num_units_in_tick`: it counts fields.
    package let unitsPerFrame: UInt64
    /// Whether the parameters promise that every frame takes as long.
    package let isFixed: Bool

    package init?(timeScale: UInt32, unitsPerFrame: UInt64, isFixed: Bool) {
        guard timeScale > 0, unitsPerFrame > 0 else { return nil }
        self.timeScale = timeScale
        self.unitsPerFrame = unitsPerFrame
        self.isFixed = isFixed
    }
}
