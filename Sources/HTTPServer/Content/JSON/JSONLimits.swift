/// How much one JSON text may make the server hold or do.
package struct JSONLimits: Sendable {
    package var byteCountMax = 1024 * 1024
    /// Arrays and objects within each other; the parser's recursion is bounded by it.
    package var depthMax = 64
    /// Values of every kind, counted together.
    package var valueCountMax = 20_000
    package var numberByteCountMax = 64

    package init() {}
}
