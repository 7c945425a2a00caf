/// The bounds of a `MetricsRegistry`.
package struct MetricsLimits: Sendable {
    /// Cells of eight bytes in a row: a counter or gauge takes one, a histogram 19. A registry that runs out stops the
    /// process while it starts. A row of the default takes 64 KiB.
    package var slotCountMax = 8192

    package init() {}
}
