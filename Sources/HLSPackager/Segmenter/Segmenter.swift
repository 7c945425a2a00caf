internal import Primitives

/// Decides where a rendition's parts and segments end, from its samples in decode order.
///
/// A part is an interval of time, and every sample belongs to the one in which its decode time lies. Intervals follow
/// each other without holes, so that durations add up to the truth:
///
/// - A part ends before the picture that would make it longer than the part time; or, when it would then be shorter
///   than 85 % of that (slow pictures, or none), exactly at the part time.
/// - A segment ends before the first picture after the segment time (or half a picture before it) at which decoding can
///   begin. It takes such a picture from the part time on if the next one would come too late, by its distance from the
///   last. Without one it ends at the longest segment time, and `isSegmentIndependent` is then false of the next.
/// - It also ends when it would become larger than its memory, or a part has 3,000 samples.
///
/// A rendition without pictures is cut at its sound in the same way. Intervals in which no sample lies make no part:
/// their time is the segment's alone. Of a hole that goes on beyond the end of its segment for longer than a segment
/// may last, the rest is left out. Samples that come late, from before the open part, go into that.
struct Segmenter: Sendable {
    /// What is asked about a sample.
    struct Input: Sendable {
        var start: Int64
        var end: Int64
        /// A picture; or sound, in a rendition that has no pictures.
        var isLeading: Bool
        var isRandomAccess: Bool
        var byteCount: Int
    }

    struct EndedPart: Equatable, Sendable {
        var durationNanoseconds: Int64
        var isIndependent: Bool
    }

    /// What ends before the sample.
    struct Cut: Equatable, Sendable {
        /// The open part; nil if it goes on, or had no sample.
        var part: EndedPart?
        /// Time of the segment, after that part, in which there was nothing.
        var emptyNanoseconds: Int64 = 0
        var endsSegment = false

        var isNone: Bool { self == Cut() }
    }

    private let rules: Rules
    private var isOpen = false
    /// The open segment began where the one before it ended, or by time: what there is not at its beginning is a part
    /// of it.
    private var goesOn = false
    /// When the open segment began.
    private(set) var segmentStart: Int64 = 0
    /// Where the segment before it ended.
    private var endBefore = Int64.min
    private var partStart: Int64 = 0
    private var partSampleCount = 0
    private var isPartIndependent = false
    private var hasEndedParts = false
    private var segmentSampleCount = 0
    private var segmentByteCount = 0
    /// Whether decoding can begin at the segment's first picture; nil before that.
    private var firstPictureIsRandomAccess: Bool?
    /// The end of the latest leading sample, or of any while there is none.
    private var end: Int64 = 0
    private var lastRandomAccess: Int64?

    init(limits: HLSLimits) { self.rules = Rules(limits) }

    // Of the open segment.
    var isSegmentIndependent: Bool { self.firstPictureIsRandomAccess ?? true }
    var isSegmentEmpty: Bool { self.segmentSampleCount == 0 }

    /// Tells what ends before the next sample, which is then counted if its muxer takes it. To be called until nothing
    /// ends any more: after a hole a segment ends, and then the time at the beginning of the next one.
    mutating func cut(before sample: Input) -> Cut {
        var cut = Cut()
        if !self.isOpen {
            self.open(at: sample.start)
        } else if sample.isLeading, self.firstPictureIsRandomAccess == nil, !self.hasEndedParts, !self.goesOn {
            // Sound that came before the first picture does not count, whichever of them is earlier.
            self.open(at: max(sample.start, self.endBefore), isAnew: false)
        } else {
            self.cutByTime(before: sample.start, &cut)
            self.cutAtSample(sample, &cut)
        }
        return cut
    }

    /// Ends the segment before a sample for which it has no room.
    mutating func end(before sample: Input) -> Cut {
        var cut = Cut()
        if self.isOpen { self.endSegment(at: sample.start, &cut) }
        return cut
    }

    /// No sample came until `time`: ends the part, and the segment at the segment time, for there is no picture to wait
    /// for. To be called until nothing ends any more; the first time, it may be the beginning.
    mutating func pass(to time: Int64) -> Cut {
        var cut = Cut()
        guard self.isOpen else {
            self.open(at: time)
            self.goesOn = true
            return cut
        }
        let usualEnd = self.segmentStart &+ self.rules.segmentTime
        if self.partSampleCount > 0 {
            let partEnd = min(
                self.partStart &+ self.rules.partTime, self.segmentStart &+ self.rules.segmentTimeMax)
            guard time >= partEnd else { return cut }
            self.endPart(at: partEnd, &cut)
        }
        guard time >= max(usualEnd, self.partStart) else { return cut }
        self.endSegment(at: max(usualEnd, self.partStart), &cut)
        return cut
    }

    /// Ends what is open.
    mutating func finish() -> Cut {
        var cut = Cut()
        guard self.isOpen else { return cut }
        let last = min(self.partStart &+ self.rules.partTime, self.segmentStart &+ self.rules.segmentTimeMax)
        self.endSegment(at: min(self.end, last), &cut)
        self.isOpen = false
        return cut
    }

    // MARK: - Cuts

    private mutating func cutByTime(before time: Int64, _ cut: inout Cut) {
        let segmentEnd = self.segmentStart &+ self.rules.segmentTimeMax
        let partEnd = min(self.partStart &+ self.rules.partTime, segmentEnd)
        guard time >= partEnd else { return }
        self.endPart(at: partEnd, &cut)
        guard time < segmentEnd else {
            self.endPart(at: segmentEnd, &cut)
            self.endBefore = segmentEnd
            cut.endsSegment = true
            // However often segments end by time, none of it is lost. A longer hole would be segments of nothing.
            let isHole = time &- segmentEnd >= self.rules.segmentTimeMax
            self.open(at: isHole ? time : segmentEnd)
            self.goesOn = !isHole
            return
        }
        let skipped = (time &- self.partStart) / self.rules.partTime &* self.rules.partTime
        self.endPart(at: self.partStart &+ skipped, &cut)
    }

    private mutating func cutAtSample(_ sample: Input, _ cut: inout Cut) {
        guard self.segmentSampleCount > 0 else { return }
        if self.segmentByteCount &+ Rules.byteCount(of: sample) > self.rules.segmentByteCountMax
            || self.partSampleCount >= Rules.partSampleCountMax
        {
            return self.endSegment(at: sample.start, &cut)
        }
        guard sample.isLeading, sample.start > self.partStart || self.partSampleCount == 0,
            sample.start >= self.partStart, sample.start > self.segmentStart
        else { return }
        if self.wantsSegment(sample) || sample.end &- self.segmentStart > self.rules.segmentTimeMax {
            return self.endSegment(at: sample.start, &cut)
        }
        if sample.end &- self.partStart > self.rules.partTime,
            sample.start &- self.partStart >= self.rules.partTimeMin
        {
            self.endPart(at: sample.start, &cut)
        }
    }

    private func wantsSegment(_ sample: Input) -> Bool {
        guard sample.isRandomAccess else { return false }
        // Publishers are not so exact that the picture after two seconds is never a millisecond early.
        let tolerance = min((sample.end &- sample.start) / 2, self.rules.toleranceMax)
        let length = sample.start &- self.segmentStart
        let distance = self.lastRandomAccess.map { sample.start &- $0 } ?? 0
        return length &+ tolerance >= self.rules.segmentTime
            || (self.firstPictureIsRandomAccess == nil && self.hasEndedParts)
            || (length >= self.rules.partTime && length &+ distance > self.rules.segmentTimeMax)
    }

    private mutating func endPart(at time: Int64, _ cut: inout Cut) {
        if self.partSampleCount > 0 {
            cut.part = EndedPart(
                durationNanoseconds: time &- self.partStart, isIndependent: self.isPartIndependent)
            self.hasEndedParts = true
        } else {
            cut.emptyNanoseconds &+= time &- self.partStart
        }
        self.partStart = time
        self.partSampleCount = 0
        self.isPartIndependent = false
    }

    private mutating func endSegment(at time: Int64, _ cut: inout Cut) {
        // A part lasts, even if all it holds came late.
        let earliest = self.partSampleCount > 0 ? self.partStart &+ Rules.partTimeLeast : self.partStart
        let time = max(time, earliest)
        self.endPart(at: time, &cut)
        self.endBefore = time
        cut.endsSegment = true
        self.open(at: time)
        self.goesOn = true
    }

    private mutating func open(at time: Int64, isAnew: Bool = true) {
        self.isOpen = true
        self.segmentStart = time
        self.partStart = time
        guard isAnew else { return }
        self.goesOn = false
        self.partSampleCount = 0
        self.isPartIndependent = false
        self.hasEndedParts = false
        self.segmentSampleCount = 0
        self.segmentByteCount = 0
        self.firstPictureIsRandomAccess = nil
        self.end = time
    }

    /// The sample is in the open part.
    mutating func count(_ sample: Input) {
        self.partSampleCount += 1
        self.segmentSampleCount += 1
        self.segmentByteCount &+= Rules.byteCount(of: sample)
        if !sample.isLeading {
            if self.firstPictureIsRandomAccess == nil { self.end = max(self.end, sample.end) }
            return
        }
        if self.firstPictureIsRandomAccess == nil {
            self.firstPictureIsRandomAccess = sample.isRandomAccess
            self.end = sample.end
        }
        self.end = max(self.end, sample.end)
        guard sample.isRandomAccess else { return }
        self.isPartIndependent = true
        self.lastRandomAccess = sample.start
    }

    /// The limits in nanoseconds.
    private struct Rules: Sendable {
        let partTime: Int64
        /// RFC 8216bis §4.4.4.9: 85 % of the part target.
        let partTimeMin: Int64
        let segmentTime: Int64
        let segmentTimeMax: Int64
        let toleranceMax: Int64
        let segmentByteCountMax: Int
        static let partTimeLeast: Int64 = 1_000_000
        /// Muxers hold the samples of a part.
        static let partSampleCountMax = 3000

        init(_ limits: HLSLimits) {
            self.partTime = max(limits.partTime.nanoseconds, Self.partTimeLeast)
            self.partTimeMin = (self.partTime * 85 + 99) / 100
            self.segmentTime = limits.segmentTime.nanoseconds
            self.segmentTimeMax = max(limits.segmentTimeMax.nanoseconds, self.partTime)
            self.toleranceMax = self.partTime / 8
            self.segmentByteCountMax = limits.segmentByteCountMax
        }

        /// With what a container adds at most.
        static func byteCount(of sample: Input) -> Int { sample.byteCount &+ sample.byteCount / 16 &+ 512 }
    }
}
