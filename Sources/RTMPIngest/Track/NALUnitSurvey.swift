internal import Primitives

/// What there is to know of an access unit before it is passed on.
///
/// Delimiters (AUD) and SEI stay: decoders like the ones, captions are in the others, and neither costs much. Filler
/// goes: every viewer would have to fetch it. At the end, where encoders put it, it costs nothing to leave out.
struct NALUnitSurvey: Equatable, Sendable {
    var hasPicture = false
    /// An IDR picture, with HEVC any at which decoding can begin.
    var isRefresh = false
    var isReference = false
    /// SEI, which may hold a recovery point.
    var hasInformation = false
    var hasParameterSets = false
    var temporalLayer: UInt8 = 0
    /// Not as it is to be passed on: other lengths, start codes, or something in the middle that is left out.
    var needsRewriting: Bool
    /// Where what is passed on ends, when it need not be rewritten.
    var end: Int

    /// Nil when lengths do not fit their bytes, or when there are more than `partCountMax` parts.
    init?(
        _ bytes: borrowing RawSpan, _ range: Range<Int>, _ framing: NALUnitWalker.Framing, _ codec: NALCodec,
        partCountMax: Int
    ) {
        self.needsRewriting = framing != .lengths(4)
        self.end = range.lowerBound
        var walker = NALUnitWalker(framing, range)
        var previousEnd = range.lowerBound
        var partCount = 0
        while true {
            switch walker.next(bytes) {
            case .end: return
            case .malformed: return nil
            case .unit(let unit):
                partCount &+= 1
                guard partCount <= partCountMax else { return nil }
                let part = unit.isEmpty ? .filler : codec.part(bytes, unit)
                if part != .filler {
                    if self.end != previousEnd { self.needsRewriting = true }
                    self.end = unit.upperBound
                    self.note(part, bytes, unit, codec)
                }
                previousEnd = unit.upperBound
            }
        }
    }

    private mutating func note(
        _ part: NALCodec.Part, _ bytes: borrowing RawSpan, _ unit: Range<Int>, _ codec: NALCodec
    ) {
        switch part {
        case .picture(let isRefresh, let isReference):
            self.hasPicture = true
            if isRefresh { self.isRefresh = true }
            if isReference { self.isReference = true }
            self.temporalLayer = max(self.temporalLayer, codec.temporalLayer(bytes, unit))
        case .information: self.hasInformation = true
        case .videoSet, .sequenceSet, .pictureSet:
            self.hasParameterSets = true
        case .filler, .other: break
        }
    }

    /// Whether any SEI says that decoding can begin at this picture; looked at only when that matters.
    static func hasRecoveryPoint(
        _ bytes: borrowing RawSpan, _ range: Range<Int>, _ framing: NALUnitWalker.Framing, _ codec: NALCodec
    ) -> Bool {
        var walker = NALUnitWalker(framing, range)
        while case .unit(let unit) = walker.next(bytes) {
            guard !unit.isEmpty, codec.part(bytes, unit) == .information else { continue }
            if codec.hasRecoveryPoint(bytes.extracting(unit)) { return true }
        }
        return false
    }

    /// Writes the units with lengths of four bytes, without what is left out.
    static func rewrite(
        _ bytes: borrowing RawSpan, _ range: Range<Int>, _ framing: NALUnitWalker.Framing, _ codec: NALCodec,
        to target: inout [UInt8]
    ) {
        target.removeAll(keepingCapacity: true)
        var walker = NALUnitWalker(framing, range)
        while case .unit(let unit) = walker.next(bytes) {
            guard !unit.isEmpty, codec.part(bytes, unit) != .filler else { continue }
            let length = UInt32(truncatingIfNeeded: unit.count)
            for shift: UInt32 in [24, 16, 8, 0] { target.append(UInt8(truncatingIfNeeded: length >> shift)) }
            bytes.extracting(unit).withUnsafeBytes { unsafe target.append(contentsOf: $0) }
        }
    }
}
