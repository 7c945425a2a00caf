internal import MediaTypes
internal import Primitives

extension MediaPipeline {
    /// Takes one packet of an audio track.
    func receiveAudio(
        _ packet: MediaPacket, _ codec: AudioCodec, _ tag: borrowing RawSpan, _ arrival: Arrival
    ) {
        // A pause, not an end; and silence, which needs no track.
        if packet.content == .sequenceEnd || packet.content == .frame && packet.body.isEmpty { return }
        guard let index = self.audioIndex(packet.trackNumber, codec, arrival.now) else {
            return self.drop("too-many-tracks")
        }
        switch packet.content {
        case .configuration:
            if let reason = self.audioTracks[index].configure(tag, packet.body) { self.drop(reason) }
        case .channels: self.audioTracks[index].setChannels(tag, packet.body)
        case .frame: self.deliverAudio(index, packet, tag, arrival)
        case .sequenceEnd, .transportConfiguration, .metadata: break
        }
    }

    /// Several frames in one message follow one another at the time that each takes.
    private func deliverAudio(
        _ index: Int, _ packet: MediaPacket, _ tag: borrowing RawSpan, _ arrival: Arrival
    ) {
        let track = self.audioTracks[index].id
        var rest = packet.body
        var count = 0
        while !rest.isEmpty {
            guard count < self.limits.framesPerMessageMax else { return self.drop("too-many-frames-in-message") }
            var part = arrival
            part.timestamp &+= self.audioTracks[index].milliseconds(ofFrames: count)
            count += 1
            switch self.audioTracks[index].next(tag, &rest) {
            case .nothing, .rewritten: continue
            case .dropped(let reason): self.drop(reason)
            case .borrowed(let range, let flags):
                let answer = self.audioTracks[index].gate.pass(now: arrival.now)
                guard self.open(answer, track, now: arrival.now) else { continue }
                self.deliver(track, tag.extracting(range), flags, packet, part)
            }
        }
    }

    /// Where the track is, made when it is new, made anew when its codec changed. Nil when there are too many.
    private func audioIndex(_ number: UInt8, _ codec: AudioCodec, _ now: MonotonicTime) -> Int? {
        if let index = self.audioTracks.firstIndex(where: { $0.id.number == number }) {
            if self.audioTracks[index].codec != codec {
                self.audioTracks[index] = AudioTrack(replacing: self.audioTracks[index], codec, now: now)
            }
            return index
        }
        guard self.audioTracks.count < self.limits.audioTrackCountMax else { return nil }
        self.audioTracks.append(AudioTrack(TrackID(.audio, number), codec, limits: self.limits, now: now))
        return self.audioTracks.count - 1
    }
}
