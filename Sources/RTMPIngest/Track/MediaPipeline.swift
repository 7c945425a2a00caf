package import MediaTypes
package import Primitives

/// From the media messages of one publishing to access units of its tracks. Used on one loop.
///
/// A unit is passed on as it lies in its message wherever that is possible: nothing is copied or allocated for it. What
/// cannot be used is dropped, counted by reason, and told to the organizer where that helps.
///
/// What is not checked for exclusive access is never accessed while the receiver is called.
package final class MediaPipeline {
    let receiver: any MediaReceiver
    let limits: MediaLimits
    let amfLimits: RTMPLimits
    @exclusivity(unchecked) var videoTracks: [VideoTrack] = []
    @exclusivity(unchecked) var audioTracks: [AudioTrack] = []
    /// A unit that had to be rewritten, until it is passed on: lent to the receiver, and so the one that is checked.
    var scratch: [UInt8] = []
    @exclusivity(unchecked) var advisor = MediaAdvisor()
    @exclusivity(unchecked) private var timeline = Timeline()
    /// What `timeline.mediaTime` may be after this message.
    @exclusivity(unchecked) private var mediaTimeMax: Int64 = 0
    @exclusivity(unchecked) private var monitor: StreamMonitor
    /// By reason, since they were last taken; the reasons are words of the source.
    private var drops: [(reason: StaticString, count: Int)] = []

    /// The rates are what the organizer is told to keep to; nil for no bound.
    package init(
        receiver: any MediaReceiver, limits: RTMPLimits, now: MonotonicTime, bitsPerSecondMax: Int? = nil,
        framesPerSecondMax: Int? = nil
    ) {
        self.receiver = receiver
        self.limits = limits.media
        self.amfLimits = limits
        self.monitor = StreamMonitor(
            now: now, bitsPerSecondMax: bitsPerSecondMax, framesPerSecondMax: framesPerSecondMax)
    }

    /// Takes an audio, video, data or aggregate message. What cannot be used is dropped and counted; nothing a
    /// publisher sends as media ends its connection.
    package func receive(
        _ header: MessageHeader, payload: borrowing RawSpan, hasSeenExtendedTimestamp: Bool, now: MonotonicTime
    ) {
        let arrival = Arrival(
            timestamp: header.timestamp, hasSeenExtended: hasSeenExtendedTimestamp, now: now)
        self.mediaTimeMax = self.timeline.mediaTime &+ self.limits.mediaTimePerMessageMax.nanoseconds
        if header.type == .aggregate {
            self.receiveAggregate(payload, arrival)
        } else {
            self.receive(header.type, payload, arrival)
        }
    }

    /// Called about once a second.
    package func advice(now: MonotonicTime) -> [StreamAdvice] {
        self.advisor.take() + self.monitor.advice(now: now)
    }

    /// How far the units have moved the stream on so far, in nanoseconds.
    var mediaTime: Int64 { self.timeline.mediaTime }

    /// The publisher has to wait because it sends faster than real time.
    func noteHeldBack() { self.advisor.noteHeldBack() }

    package func health(now: MonotonicTime) -> StreamHealth { self.monitor.health(now: now) }

    package func end(_ end: MediaEnd) { self.receiver.publishingEnded(end) }

    /// Data messages say nothing that is relied on: metadata is often missing, late or wrong, and the tracks tell
    /// themselves. Unknown types pass.
    private func receive(_ type: MessageType, _ tag: borrowing RawSpan, _ arrival: Arrival) {
        let kind: MediaKind
        switch type {
        case .video: kind = .video
        case .audio: kind = .audio
        default: return
        }
        var reader = TagReader(kind)
        while true {
            switch reader.next(tag) {
            case .end: return
            case .dropped(let reason): self.drop(reason)
            case .unsupported(let codec):
                self.advisor.note(codec)
                self.drop(codec.kind == .video ? "video-codec-unsupported" : "audio-codec-unsupported")
            case .packet(let packet):
                switch packet.codec {
                case .video(let codec): self.receiveVideo(packet, codec, tag, arrival)
                case .audio(let codec): self.receiveAudio(packet, codec, tag, arrival)
                }
            }
        }
    }

    private func receiveAggregate(_ message: borrowing RawSpan, _ arrival: Arrival) {
        var reader = AggregateReader(timestamp: arrival.timestamp)
        while true {
            switch reader.next(message) {
            case .end: return
            case .truncated:
                self.drop("aggregate-truncated")
                return
            case .tag(let type, let timestamp, let body):
                var part = arrival
                part.timestamp = timestamp
                self.receive(type, message.extracting(body), part)
            }
        }
    }

    func drop(_ reason: StaticString) {
        self.monitor.noteDropped(reason)
        if let index = self.drops.firstIndex(where: { $0.reason.utf8Start == reason.utf8Start }) {
            self.drops[index].count &+= 1
        } else {
            self.drops.append((reason, 1))
        }
    }

    /// What was dropped since the last call.
    func takeDrops() -> [(reason: StaticString, count: Int)] {
        defer { self.drops.removeAll(keepingCapacity: true) }
        return self.drops
    }

    /// Tells the receiver a new format, if there is one; false when a unit cannot be passed on.
    func open(_ answer: FormatGate.Answer, _ track: TrackID, now: MonotonicTime) -> Bool {
        switch answer {
        case .open: return true
        case .noFormat:
            self.advisor.noteMissingConfiguration(track.kind)
            self.drop("no-configuration-yet")
            return false
        case .closed:
            self.advisor.noteUnsteadyFormat()
            self.drop("format-changes-too-often")
            return false
        case .tell(let format):
            self.tell(format, of: track, now: now)
            self.tellOtherChanges(now: now)
            return true
        }
    }

    private func tell(_ format: TrackFormat, of track: TrackID, now: MonotonicTime) {
        self.monitor.note(format, of: track, now: now)
        self.receiver.receive(format, of: track)
    }

    /// A publisher that changes sound and picture names both before the first unit of either: told one after another,
    /// with that unit between them, they would be two changes.
    private func tellOtherChanges(now: MonotonicTime) {
        for index in self.videoTracks.indices where self.videoTracks[index].gate.hasChange {
            guard case .tell(let format) = self.videoTracks[index].gate.pass(now: now) else { continue }
            self.tell(format, of: self.videoTracks[index].id, now: now)
        }
        for index in self.audioTracks.indices where self.audioTracks[index].gate.hasChange {
            guard case .tell(let format) = self.audioTracks[index].gate.pass(now: now) else { continue }
            self.tell(format, of: self.audioTracks[index].id, now: now)
        }
    }

    /// Gives a unit its time, and passes it on; not when its message has moved the stream on too far already.
    func deliver(
        _ track: TrackID, _ payload: borrowing RawSpan, _ flags: UnitFlags, _ packet: MediaPacket,
        _ arrival: Arrival
    ) {
        guard self.timeline.mediaTime <= self.mediaTimeMax else { return self.drop("too-much-media-in-message") }
        let place = self.timeline.place(
            track, timestamp: arrival.timestamp, hasSeenExtended: arrival.hasSeenExtended)
        let offset =
            MediaTime(milliseconds: Int64(packet.compositionMilliseconds))
            + MediaTime(nanoseconds: Int64(packet.nanoseconds))
        let unit = AccessUnit(
            track: track, decodeTime: place.decodeTime, presentationOffset: offset, timeline: place.timeline,
            continuity: place.continuity, isRandomAccess: flags.isRandomAccess, isDisposable: flags.isDisposable)
        self.monitor.note(unit, byteCount: payload.byteCount, now: arrival.now)
        self.receiver.receive(unit, payload: payload)
    }

    /// When a message came, and at what time of the publisher.
    struct Arrival {
        var timestamp: UInt32
        let hasSeenExtended: Bool
        let now: MonotonicTime
    }
}
