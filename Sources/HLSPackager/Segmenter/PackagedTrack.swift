internal import MediaTypes
internal import Primitives

/// A track of a publishing: its format, its clock, and the unit whose duration is not known yet.
struct PackagedTrack {
    let id: TrackID
    private(set) var format: TrackFormat
    private var clock: Clock
    private var pending: Pending?
    /// Waits for the first picture of the format.
    private var repeated: RepeatedParameterSets?

    init(id: TrackID, format: TrackFormat) {
        self.id = id
        self.format = format
        self.clock = Clock(format)
    }

    var muxed: MuxedTrack { MuxedTrack(format: self.format, timescale: Int32(self.timescale.ticksPerSecond)) }

    /// When the unit that is held begins.
    var pendingStart: Int64? { self.pending?.start }

    /// The track goes on in another format, and with the clock that it has if it still ticks alike.
    mutating func set(_ format: TrackFormat) {
        let scale = self.timescale
        self.format = format
        if Clock(format).timescale != scale { self.clock = Clock(format) }
    }

    /// The next picture at which decoding can begin carries the format's parameter sets.
    mutating func repeatParameterSets() {
        if case .video(let format) = self.format { self.repeated = RepeatedParameterSets(format) }
    }

    mutating func beginTimeline() { self.clock = Clock(self.format) }

    /// Takes a unit, and gives what is complete by now: the unit before it, or itself where its duration is known.
    mutating func take(
        _ unit: AccessUnit, _ payload: borrowing RawSpan, at arrival: MonotonicTime
    ) -> HeldSample? {
        switch self.clock {
        case .video(var clock):
            let earlier = self.pending.map { $0.sample(durationTicks: clock.duration(of: $0.place, until: unit)) }
            self.hold(clock.place(unit), unit, payload, at: arrival)
            self.clock = .video(clock)
            return earlier
        case .audio(var clock):
            defer { self.clock = .audio(clock) }
            let earlier = self.pending.map { pending in
                pending.sample(durationTicks: clock.duration(of: pending.audioPlace, until: unit))
            }
            let place = clock.place(unit, sampleCount: self.sampleCount(payload))
            let video = VideoClock.Place(
                decodeTicks: place.decodeTicks,
                presentationOffsetTicks: Int32(
                    clamping: self.timescale.ticks(unit.presentationOffset.nanoseconds)))
            self.hold(video, unit, payload, at: arrival)
            guard place.durationTicks > 0, earlier == nil else { return earlier }
            defer { self.pending = nil }
            return self.pending?.sample(durationTicks: place.durationTicks)
        }
    }

    /// Gives what is held, with its usual duration.
    mutating func release() -> HeldSample? {
        guard let pending = self.pending else { return nil }
        self.pending = nil
        switch self.clock {
        case .video(var clock):
            defer { self.clock = .video(clock) }
            return pending.sample(durationTicks: clock.usualDuration(of: pending.place))
        case .audio(var clock):
            defer { self.clock = .audio(clock) }
            return pending.sample(durationTicks: clock.duration(of: pending.audioPlace, until: nil))
        }
    }

    private var timescale: Timescale { self.clock.timescale }

    private mutating func hold(
        _ place: VideoClock.Place, _ unit: AccessUnit, _ payload: borrowing RawSpan, at arrival: MonotonicTime
    ) {
        let (bytes, sets) = self.bytes(of: unit, payload)
        self.pending = Pending(
            place: place, timescale: self.timescale, isRandomAccess: unit.isRandomAccess || self.id.kind == .audio,
            arrival: arrival, bytes: bytes, repeatedSets: sets)
    }

    private mutating func bytes(
        of unit: AccessUnit, _ payload: borrowing RawSpan
    ) -> (bytes: [UInt8], sets: Range<Int>) {
        let bytes = payload.withUnsafeBytes { Array($0) }
        guard unit.isRandomAccess, let repeated = self.repeated else { return (bytes, 0..<0) }
        self.repeated = nil
        return repeated.put(into: bytes)
    }

    /// Of an audio unit, in ticks; 0 where nobody knows.
    private func sampleCount(_ payload: borrowing RawSpan) -> Int {
        guard case .audio(let format) = self.format else { return 0 }
        if format.samplesPerUnit > 0 { return format.samplesPerUnit }
        guard format.codec == .opus, let packet = OpusPacket(payload) else { return 0 }
        return packet.sampleCount * Int(self.timescale.ticksPerSecond) / OpusPacket.sampleRate
    }

    private enum Clock {
        case video(VideoClock)
        case audio(AudioClock)

        init(_ format: TrackFormat) {
            switch format {
            case .video: self = .video(VideoClock())
            case .audio(let audio):
                let isRate = (1...MediaClockLimits.audioTimescaleMax).contains(audio.sampleRate)
                // Opus always counts at 48 kHz, whatever the sound was made from.
                let isKnown = isRate && audio.codec != .opus
                let rate = isKnown ? Int32(audio.sampleRate) : MediaClockLimits.audioTimescaleDefault
                self = .audio(AudioClock(timescale: Timescale(rate)))
            }
        }

        var timescale: Timescale {
            switch self {
            case .video: VideoClock.timescale
            case .audio(let clock): clock.timescale
            }
        }
    }

    private struct Pending {
        var place: VideoClock.Place
        var timescale: Timescale
        var isRandomAccess: Bool
        var arrival: MonotonicTime
        var bytes: [UInt8]
        var repeatedSets: Range<Int>

        var start: Int64 { self.timescale.nanoseconds(self.place.decodeTicks) }
        var audioPlace: AudioClock.Place { AudioClock.Place(decodeTicks: self.place.decodeTicks, durationTicks: 0) }

        func sample(durationTicks: Int32) -> HeldSample {
            HeldSample(
                sample: Sample(
                    trackIndex: 0, decodeTicks: self.place.decodeTicks,
                    presentationOffsetTicks: self.place.presentationOffsetTicks, durationTicks: durationTicks,
                    isRandomAccess: self.isRandomAccess),
                start: self.start, end: self.timescale.nanoseconds(self.place.decodeTicks &+ Int64(durationTicks)),
                arrival: self.arrival, bytes: self.bytes, repeatedSets: self.repeatedSets)
        }
    }
}
