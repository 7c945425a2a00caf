/// The bounds of a `MetricsRegistry`.
package struct MetricsLimits: Sendable {
    /// Cells of eight bytes in a row: a counter or gauge takes one, a histogram 19. A registry that runs out stops the
    /// process while it starts. A row of the default takes 128 KiB. Statements of SQL may take 9728.
    package var slotCountMax = 16_384

    package init() {}
}
