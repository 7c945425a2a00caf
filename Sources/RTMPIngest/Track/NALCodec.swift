internal import MediaTypes
internal import Primitives

/// The two codecs made of NAL units, and what a unit is to each.
enum NALCodec: Sendable {
    case h264
    case hevc

    enum Part: Equatable, Sendable {
        case picture(isRefresh: Bool, isReference: Bool)
        /// SEI that comes before a picture.
        case information
        case videoSet
        case sequenceSet
        case pictureSet
        /// Bytes for a constant rate.
        case filler
        case other
    }

    /// The kind of the NAL unit in `range` of `bytes`, which is not empty.
    func part(_ bytes: borrowing RawSpan, _ range: Range<Int>) -> Part {
        guard let first = bytes.byte(at: range.lowerBound) else { return .other }
        switch self {
        case .h264:
            let type = H264NAL.type(of: first)
            if H264NAL.isSlice(type) {
                return .picture(isRefresh: H264NAL.isIDR(type), isReference: H264NAL.isReference(first))
            }
            switch type {
            case H264NAL.supplementalInformation: return .information
            case H264NAL.sequenceSet: return .sequenceSet
            case H264NAL.pictureSet: return .pictureSet
            case H264NAL.filler: return .filler
            default: return .other
            }
        case .hevc:
            // Layers above 0 add to a picture and have parameter sets of their own, with the same numbers.
            let second = bytes.byte(at: range.lowerBound &+ 1) ?? 0
            guard HEVCNAL.layer(of: first, second) == 0 else { return .other }
            let type = HEVCNAL.type(of: first)
            if HEVCNAL.isSlice(type) {
                return .picture(
                    isRefresh: HEVCNAL.isRandomAccess(type), isReference: HEVCNAL.isReference(type))
            }
            switch type {
            case HEVCNAL.prefixInformation: return .information
            case HEVCNAL.videoSet: return .videoSet
            case HEVCNAL.sequenceSet: return .sequenceSet
            case HEVCNAL.pictureSet: return .pictureSet
            case HEVCNAL.filler: return .filler
            default: return .other
            }
        }
    }

    /// Whether an SEI unit says that decoding can begin at its picture.
    func hasRecoveryPoint(_ unit: borrowing RawSpan) -> Bool {
        switch self {
        case .h264: H264NAL.hasRecoveryPoint(unit)
        case .hevc: HEVCNAL.hasRecoveryPoint(unit)
        }
    }

    /// The temporal layer of a unit; H.264 has none that count here.
    func temporalLayer(_ bytes: borrowing RawSpan, _ range: Range<Int>) -> UInt8 {
        guard self == .hevc, range.count >= 2, let second = bytes.byte(at: range.lowerBound &+ 1) else { return 0 }
        return (second & 0x07) &- (second & 0x07 == 0 ? 0 : 1)
    }
}
