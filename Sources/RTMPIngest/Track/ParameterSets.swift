internal import MediaTypes
internal import Primitives

/// The parameter sets of one track by kind and number, as sequence starts and pictures brought them.
struct ParameterSets: Equatable, Sendable {
    var videoSets: [[UInt8]] = []
    var sequenceSets: [[UInt8]] = []
    var pictureSets: [[UInt8]] = []

    /// Takes a set that came among pictures; one with the number of another takes its place. True when something is
    /// new. Sets beyond the limits are left out.
    mutating func take(
        _ part: NALCodec.Part, _ unit: borrowing RawSpan, _ codec: NALCodec, countMax: Int
    ) -> Bool {
        guard unit.byteCount <= ParameterLimits.unitByteCountMax,
            unit.byteCount <= ParameterLimits.recordByteCountMax &- self.byteCount
        else { return false }
        switch part {
        case .videoSet: return Self.take(unit, part, codec, into: &self.videoSets, countMax)
        case .sequenceSet: return Self.take(unit, part, codec, into: &self.sequenceSets, countMax)
        case .pictureSet: return Self.take(unit, part, codec, into: &self.pictureSets, countMax)
        case .picture, .information, .filler, .other: return false
        }
    }

    private var byteCount: Int {
        [self.videoSets, self.sequenceSets, self.pictureSets].reduce(0) { $0 &+ $1.reduce(0) { $0 &+ $1.count } }
    }

    private static func take(
        _ unit: borrowing RawSpan, _ part: NALCodec.Part, _ codec: NALCodec, into sets: inout [[UInt8]],
        _ countMax: Int
    ) -> Bool {
        for set in sets where unit.isEqual(to: set) { return false }
        let bytes = unit.copyBytes()
        guard let number = self.number(bytes, part, codec) else { return false }
        if let index = sets.firstIndex(where: { self.number($0, part, codec) == number }) {
            sets[index] = bytes
            return true
        }
        guard sets.count < countMax else { return false }
        sets.append(bytes)
        return true
    }

    /// The number by which others refer to a set; nil where it cannot be read.
    private static func number(_ set: [UInt8], _ part: NALCodec.Part, _ codec: NALCodec) -> UInt32? {
        switch (part, codec) {
        case (.sequenceSet, .h264): return H264SequenceParameters(set.span.bytes)?.id
        case (.sequenceSet, .hevc): return HEVCSequenceParameters(set.span.bytes)?.id
        case (.videoSet, _): return set.count > 2 ? UInt32(set[2] >> 4) : nil
        case (.pictureSet, _):
            let headByteCount = codec == .h264 ? 1 : 2
            // Its number is the first in it, of four bytes at most.
            var reader = BitReader(RawByteSequence.bytes(set.span.bytes, from: headByteCount, byteCountMax: 8))
            // A set that ends before its number is none.
            return try? reader.unsignedExponential()
        default: return nil
        }
    }
}

extension RawSpan {
    /// Whether the bytes are those of `array`.
    func isEqual(to array: [UInt8]) -> Bool {
        guard self.byteCount == array.count else { return false }
        return self.withUnsafeBytes { bytes in array.withUnsafeBytes { unsafe bytes.elementsEqual($0) } }
    }

    func copyBytes() -> [UInt8] { self.withUnsafeBytes { unsafe Array($0) } }
}
