internal import MediaTypes
internal import Primitives

/// Puts the samples of a rendition's picture and sound in the order of their decode times.
///
/// A sample goes on as soon as no sample of the other track can come before it. A track that stays away is waited for
/// by at most `interleaveTimeMax` of media (`trackWaitTime` before its first sample), or until `heldByteCountMax` are
/// held, and then no more until it has caught up to half of that time: its samples come late meanwhile, but in their
/// own order, and all.
struct Interleaver: Sendable {
    private var video = Lane()
    private var audio = Lane()
    private let interleaveTimeMax: Int64
    private let trackWaitTime: Int64
    private let heldByteCountMax: Int
    private var heldByteCount = 0
    /// The latest start of what went on.
    private var position: Int64 = .min

    init(hasVideo: Bool, hasAudio: Bool, limits: HLSLimits) {
        self.video.isPresent = hasVideo
        self.audio.isPresent = hasAudio
        self.interleaveTimeMax = limits.interleaveTimeMax.nanoseconds
        self.trackWaitTime = limits.trackWaitTime.nanoseconds
        self.heldByteCountMax = limits.heldByteCountMax
    }

    /// The next sample of a track. Nothing of this track comes before its end.
    mutating func add(_ held: HeldSample, _ kind: MediaKind) {
        self.heldByteCount += held.bytes.count
        self.noteJump(to: held.start, kind)
        self[kind].queue.append(held)
        self.expect(kind, from: held.end)
    }

    /// Where both tracks jump ahead, one of them does so first: the time between is none that the other is waited for.
    /// One jump counts until the other track has come as far.
    private mutating func noteJump(to start: Int64, _ kind: MediaKind) {
        guard let before = self[kind].progress, let other = self[kind == .video ? .audio : .video].progress,
            start &- before > self.interleaveTimeMax, self[kind].jump <= other
        else { return }
        self[kind].jump = start
    }

    /// Nothing of this track comes before `time`.
    mutating func expect(_ kind: MediaKind, from time: Int64) {
        let progress = max(self[kind].progress ?? time, time)
        self[kind].progress = progress
        // Where something has gone on without it. What it has announced counts, not what it has brought: a picture
        // comes with the next one, and the sound between them has gone on by then.
        if !self[kind].isAwaited, self.position &- progress <= self.interleaveTimeMax / 2 {
            self[kind].isAwaited = true
        }
    }

    /// The sample that is next, if that is certain by now; or in any case, when nothing more will come.
    mutating func next(isLast: Bool) -> (held: HeldSample, kind: MediaKind)? {
        switch (self.video.first, self.audio.first) {
        case (nil, nil): return nil
        case (let video?, let audio?): return self.take(video.start <= audio.start ? .video : .audio)
        case (let video?, nil):
            return isLast || self.mayGo(video, before: .audio, latest: .video) ? self.take(.video) : nil
        case (nil, let audio?):
            return isLast || self.mayGo(audio, before: .video, latest: .audio) ? self.take(.audio) : nil
        }
    }

    private mutating func mayGo(_ held: HeldSample, before other: MediaKind, latest own: MediaKind) -> Bool {
        let lane = self[other]
        guard lane.isPresent, lane.isAwaited else { return true }
        // Of two that begin together, the picture is first.
        if let progress = lane.progress, held.start < progress || (own == .video && held.start == progress) {
            return true
        }
        let since = max(lane.progress ?? held.start, self[own].jump)
        let bound = lane.progress == nil ? self.trackWaitTime : self.interleaveTimeMax
        let lead = (self[own].progress ?? held.end) &- since
        guard lead > bound || self.heldByteCount > self.heldByteCountMax else { return false }
        self[other].isAwaited = false
        return true
    }

    private mutating func take(_ kind: MediaKind) -> (held: HeldSample, kind: MediaKind) {
        let held = self[kind].removeFirst()
        self.heldByteCount -= held.bytes.count
        self.position = max(self.position, held.start)
        return (held, kind)
    }

    private subscript(kind: MediaKind) -> Lane {
        get { kind == .video ? self.video : self.audio }
        _modify {
            switch kind {
            case .video: yield &self.video
            case .audio: yield &self.audio
            }
        }
    }

    /// One track: a queue, and how far it has come.
    private struct Lane: Sendable {
        var isPresent = false
        var isAwaited = true
        var queue: [HeldSample] = []
        private var head = 0
        var progress: Int64?
        /// Where its latest jump ahead led to.
        var jump = Int64.min

        var first: HeldSample? { self.head < self.queue.count ? self.queue[self.head] : nil }

        mutating func removeFirst() -> HeldSample {
            let held = self.queue[self.head]
            self.queue[self.head].bytes = []
            self.head += 1
            if self.head == self.queue.count {
                self.queue.removeAll(keepingCapacity: true)
                self.head = 0
            } else if self.head >= 256 {
                self.queue.removeFirst(self.head)
                self.head = 0
            }
            return held
        }
    }
}
