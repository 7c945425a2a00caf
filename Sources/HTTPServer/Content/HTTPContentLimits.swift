/// Bounds on what is done to content.
package struct HTTPContentLimits: Sendable {
    /// Smaller bodies fit one packet anyway.
    package var gzipByteCountMin = 1024
    /// A larger body made at run time is sent as it is: compressing holds up the loop, about 4 ms at this size.
    package var gzipByteCountMax = 256 * 1024

    package init() {}
}
