internal import MediaTypes
internal import Primitives

/// The parameter sets of one track by kind and number, as sequence starts and pictures brought them.
///
/// Each set's number is read once: a message may bring thousands of sets, and each is looked for among those that are
/// there.
struct TrackParameterSets: Equatable, Sendable {
    private var video: [NumberedSet] = []
    private var sequence: [NumberedSet] = []
    private var picture: [NumberedSet] = []

    init() {}

    /// Takes the sets of a sequence start as they are.
    init(_ codec: NALCodec, videoSets: [[UInt8]] = [], sequenceSets: [[UInt8]], pictureSets: [[UInt8]]) {
        self.video = videoSets.map { NumberedSet($0, .videoSet, codec) }
        self.sequence = sequenceSets.map { NumberedSet($0, .sequenceSet, codec) }
        self.picture = pictureSets.map { NumberedSet($0, .pictureSet, codec) }
    }

    var videoSets: [[UInt8]] { self.video.map(\.bytes) }
    var sequenceSets: [[UInt8]] { self.sequence.map(\.bytes) }
    var pictureSets: [[UInt8]] { self.picture.map(\.bytes) }

    /// Takes a set that came among pictures; one with the number of another takes its place. True when something is
    /// new. Sets beyond the limits are left out.
    mutating func take(
        _ part: NALCodec.Part, _ unit: borrowing RawSpan, _ codec: NALCodec, countMax: Int
    ) -> Bool {
        guard unit.byteCount <= ParameterLimits.unitByteCountMax,
            unit.byteCount <= ParameterLimits.recordByteCountMax &- self.byteCount
        else { return false }
        switch part {
        case .videoSet: return Self.take(unit, part, codec, into: &self.video, countMax)
        case .sequenceSet: return Self.take(unit, part, codec, into: &self.sequence, countMax)
        case .pictureSet: return Self.take(unit, part, codec, into: &self.picture, countMax)
        case .picture, .information, .filler, .other: return false
        }
    }

    private var byteCount: Int {
        [self.video, self.sequence, self.picture].reduce(0) { $0 &+ $1.reduce(0) { $0 &+ $1.bytes.count } }
    }

    private static func take(
        _ unit: borrowing RawSpan, _ part: NALCodec.Part, _ codec: NALCodec, into sets: inout [NumberedSet],
        _ countMax: Int
    ) -> Bool {
        for set in sets where unit.isEqual(to: set.bytes) { return false }
        let set = NumberedSet(unit.copy(), part, codec)
        guard set.number != nil else { return false }
        if let index = sets.firstIndex(where: { $0.number == set.number }) {
            sets[index] = set
            return true
        }
        guard sets.count < countMax else { return false }
        sets.append(set)
        return true
    }
}

/// A parameter set, and the number by which others refer to it; nil where it cannot be read.
private struct NumberedSet: Equatable, Sendable {
    let number: UInt32?
    let bytes: [UInt8]

    init(_ bytes: [UInt8], _ part: NALCodec.Part, _ codec: NALCodec) {
        self.bytes = bytes
        self.number = Self.number(bytes, part, codec)
    }

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
