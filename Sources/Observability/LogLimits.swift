/// The bounds of a `Log`.
package struct LogLimits: Sendable {
    /// Bytes of a text value as written, escapes included; longer ones are cut and end in `…`.
    package var valueByteCountMax = 1024
    /// Fields of a line; `fields_cut` counts those left out.
    package var fieldCountMax = 32
    /// Bytes of lines that wait to be written; a line that does not fit is dropped and counted.
    package var queueByteCountMax = 1 << 20
    /// Lines of one event name within a second; `log_suppressed` counts those left out.
    package var repeatsPerSecondMax = 50

    package init() {}
}
