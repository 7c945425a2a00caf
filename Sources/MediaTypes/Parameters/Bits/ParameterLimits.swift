/// How much of a configuration is read. What is beyond is left out, as if it had not been sent: real parameter sets
/// have a few hundred bytes.
package enum ParameterLimits {
    /// One parameter set, before its emulation prevention is taken out.
    package static let unitByteCountMax = 16 * 1024
    /// All parameter sets of a record together.
    package static let recordByteCountMax = 64 * 1024
    /// Width and height of a picture that is believed; a larger one counts as not told. The largest level of HEVC
    /// and AV1 ends at 16,888.
    package static let pictureSideMax = 16_888
    /// SEI bytes that are searched for a recovery point.
    package static let messageByteCountMax = 4 * 1024
}
