/// AAC's AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).
///
/// `sampleRate` and `samplesPerUnit` are those of the core: for HE-AAC half of what a decoder with SBR puts out, so
/// that a unit's duration is `samplesPerUnit / sampleRate` in every case.
package struct AudioSpecificConfiguration: Equatable, Sendable {
    /// The core's object type: 2 is AAC LC. Not 5 or 29, which `hasSpectralReplication` and `hasParametricStereo` tell.
    package var objectType: UInt8 = 0
    package var sampleRate = 0
    /// Of what a decoder puts out: 2 with parametric stereo; 0 where it is not told.
    package var channelCount = 0
    /// 1024 or 960; 512 or 480 for low delay; 0 where it is not known.
    package var samplesPerUnit = 0
    /// SBR is announced, explicitly or compatibly: HE-AAC. Without an announcement a decoder finds it in the frames.
    package var hasSpectralReplication = false
    package var hasParametricStereo = false
    /// As it was given.
    package var record: [UInt8] = []

    /// Nil where object type, rate or channels cannot be read.
    package init?(_ record: borrowing RawSpan) { return nil }

    package var format: AudioFormat { AudioFormat(codec: .aac, configuration: self.record) }

    /// As in HLS and RFC 6381: `mp4a.40.2`.
    package var codecString: String { "" }
}
