internal import MediaTypes
internal import Primitives

/// Makes H.264 and HEVC units as they are to be passed on, and their configuration from wherever the publisher puts it:
/// a sequence start, the pictures themselves, or both.
struct NALUnitAssembler: Sendable {
    let codec: NALCodec
    private let limits: MediaLimits
    private var sets = TrackParameterSets()
    private var lengthSize = 4
    /// The last sequence start as it came: the same again says nothing, even if pictures said something else since.
    private var lastConfiguration: [UInt8] = []
    /// The highest temporal layer seen: only there nothing is decoded from a picture that its layer does without.
    private var temporalLayerMax: UInt8 = 0
    private var hadRefresh = false
    private var picturesWithoutRefresh = 0

    init(_ codec: NALCodec, limits: MediaLimits) {
        self.codec = codec
        self.limits = limits
    }

    /// Takes a sequence start. Without parameter sets in it they are waited for.
    mutating func configure(_ tag: borrowing RawSpan, _ body: Range<Int>) -> Configuration {
        let record = tag.extracting(body)
        if body.isEmpty || record.isEqual(to: self.lastConfiguration) { return .unchanged }
        guard body.count <= self.limits.configurationByteCountMax else { return .invalid("configuration-too-large") }
        if record.bigEndianUInt32(at: 0) == 1 || record.bigEndianUInt24(at: 0) == 1 {
            self.lastConfiguration = record.copy()
            return self.takeSets(tag, body, .startCodes)
        }
        switch self.codec {
        case .h264:
            guard let parsed = AVCConfiguration(record) else { return .invalid("configuration-invalid") }
            self.lastConfiguration = record.copy()
            self.lengthSize = parsed.lengthSize
            guard !parsed.sequenceSets.isEmpty, !parsed.pictureSets.isEmpty else { return .unchanged }
            self.sets = TrackParameterSets(
                .h264, sequenceSets: parsed.sequenceSets, pictureSets: parsed.pictureSets)
            return .changed(parsed.format)
        case .hevc:
            guard let parsed = HEVCConfiguration(record) else { return .invalid("configuration-invalid") }
            self.lastConfiguration = record.copy()
            self.lengthSize = parsed.lengthSize
            guard !parsed.sequenceSets.isEmpty, !parsed.pictureSets.isEmpty else { return .unchanged }
            self.sets = TrackParameterSets(
                .hevc, videoSets: parsed.videoSets, sequenceSets: parsed.sequenceSets,
                pictureSets: parsed.pictureSets)
            return .changed(parsed.format)
        }
    }

    /// Takes a unit. `configuration` is set where the unit itself brings a new one.
    mutating func assemble(
        _ tag: borrowing RawSpan, _ packet: MediaPacket, scratch: inout [UInt8],
        configuration: inout Configuration
    ) -> Assembly {
        let body = packet.body
        guard !body.isEmpty else { return .nothing }
        guard let (framing, survey) = self.survey(tag, body) else { return .dropped("nal-length-overflow") }
        if survey.hasParameterSets { configuration = self.takeSets(tag, body, framing) }
        guard survey.hasPicture else { return .nothing }
        let flags = self.flags(survey, framing, tag, packet)
        guard survey.needsRewriting else { return .borrowed(body.lowerBound..<survey.end, flags) }
        NALUnitSurvey.rewrite(tag, body, framing, self.codec, to: &scratch)
        return .rewritten(flags)
    }

    /// 00 00 00 01, or 00 00 01 where the lengths make no sense otherwise, is a start code that has no place in FLV.
    /// (A first NAL unit of one byte, which the former could be as well, does not occur.)
    private func survey(
        _ tag: borrowing RawSpan, _ body: Range<Int>
    ) -> (NALUnitWalker.Framing, NALUnitSurvey)? {
        let countMax = self.limits.unitPartCountMax
        let hasLongStartCode = body.count >= 4 && tag.bigEndianUInt32(at: body.lowerBound) == 1
        if !hasLongStartCode {
            let framing = NALUnitWalker.Framing.lengths(self.lengthSize)
            if let survey = NALUnitSurvey(tag, body, framing, self.codec, partCountMax: countMax) {
                return (framing, survey)
            }
            guard body.count >= 3, tag.bigEndianUInt24(at: body.lowerBound) == 1 else { return nil }
        }
        guard let survey = NALUnitSurvey(tag, body, .startCodes, self.codec, partCountMax: countMax) else {
            return nil
        }
        return (.startCodes, survey)
    }

    private mutating func flags(
        _ survey: NALUnitSurvey, _ framing: NALUnitWalker.Framing, _ tag: borrowing RawSpan, _ packet: MediaPacket
    ) -> UnitFlags {
        self.temporalLayerMax = max(self.temporalLayerMax, survey.temporalLayer)
        var isRandomAccess = survey.isRefresh
        if isRandomAccess {
            self.hadRefresh = true
            self.picturesWithoutRefresh = 0
        } else {
            self.picturesWithoutRefresh = min(self.picturesWithoutRefresh &+ 1, self.limits.picturesWithoutRefreshMax)
            // Streams that refresh bit by bit have one IDR picture at their start, or none.
            let isLongAgo = self.picturesWithoutRefresh == self.limits.picturesWithoutRefreshMax
            if !self.hadRefresh || isLongAgo {
                isRandomAccess =
                    packet.isKeyFrame
                    || survey.hasInformation
                        && NALUnitSurvey.hasRecoveryPoint(tag, packet.body, framing, self.codec)
            }
        }
        let isDisposable = packet.isDisposable || !survey.isReference && survey.temporalLayer == self.temporalLayerMax
        return UnitFlags(isRandomAccess: isRandomAccess, isDisposable: isDisposable && !isRandomAccess)
    }

    /// Takes the parameter sets among the NAL units of `body`.
    private mutating func takeSets(
        _ tag: borrowing RawSpan, _ body: Range<Int>, _ framing: NALUnitWalker.Framing
    ) -> Configuration {
        var walker = NALUnitWalker(framing, body)
        var isNew = false
        while case .unit(let unit) = walker.next(tag) {
            guard !unit.isEmpty else { continue }
            let part = self.codec.part(tag, unit)
            if self.sets.take(
                part, tag.extracting(unit), self.codec, countMax: self.limits.parameterSetCountMax)
            {
                isNew = true
            }
        }
        guard isNew, let format = self.formatOfSets else { return .unchanged }
        return .changed(format)
    }

    private var formatOfSets: VideoFormat? {
        guard !self.sets.pictureSets.isEmpty else { return nil }
        switch self.codec {
        case .h264:
            return AVCConfiguration(
                sequenceSets: self.sets.sequenceSets, pictureSets: self.sets.pictureSets)?.format
        case .hevc:
            return HEVCConfiguration(
                videoSets: self.sets.videoSets, sequenceSets: self.sets.sequenceSets,
                pictureSets: self.sets.pictureSets)?.format
        }
    }

    /// What a sequence start, or parameter sets among pictures, come to.
    enum Configuration: Sendable {
        /// Nothing new, or not enough yet.
        case unchanged
        case changed(VideoFormat)
        /// Of no use; what was known before still holds.
        case invalid(StaticString)
    }
}
