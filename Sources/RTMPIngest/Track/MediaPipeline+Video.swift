internal import MediaTypes
internal import Primitives

extension MediaPipeline {
    /// Takes one packet of a video track.
    func receiveVideo(
        _ packet: MediaPacket, _ codec: VideoCodec, _ tag: borrowing RawSpan, _ arrival: Arrival
    ) {
        // A pause, not an end; and an AV1 descriptor of MPEG-2 transport streams, which says nothing new.
        if packet.content == .sequenceEnd || packet.content == .transportConfiguration { return }
        guard let index = self.videoIndex(packet.trackNumber, codec, arrival.now) else {
            return self.drop("too-many-tracks")
        }
        switch packet.content {
        case .configuration:
            if let reason = self.videoTracks[index].configure(tag, packet.body) { self.drop(reason) }
        case .metadata:
            self.videoTracks[index].noteMetadata(tag.extracting(packet.body), limits: self.amfLimits)
        case .frame:
            let assembly = self.videoTracks[index].assemble(tag, packet, scratch: &self.scratch)
            self.deliverVideo(assembly, index, packet, tag, arrival)
        case .sequenceEnd, .transportConfiguration, .channels: break
        }
    }

    private func deliverVideo(
        _ assembly: Assembly, _ index: Int, _ packet: MediaPacket, _ tag: borrowing RawSpan, _ arrival: Arrival
    ) {
        let flags: UnitFlags
        switch assembly {
        case .nothing: return
        case .dropped(let reason): return self.drop(reason)
        case .borrowed(_, let its), .rewritten(let its): flags = its
        }
        let track = self.videoTracks[index].id
        if self.open(self.videoTracks[index].gate.pass(now: arrival.now), track, now: arrival.now) {
            if case .borrowed(let range, _) = assembly {
                self.deliver(track, tag.extracting(range), flags, packet, arrival)
            } else {
                self.deliver(track, self.scratch.span.bytes, flags, packet, arrival)
            }
        }
        if self.scratch.capacity > self.limits.scratchByteCountMax { self.scratch = [] }
    }

    /// Where the track is, made when it is new, made anew when its codec changed. Nil when there are too many.
    private func videoIndex(_ number: UInt8, _ codec: VideoCodec, _ now: MonotonicTime) -> Int? {
        if let index = self.videoTracks.firstIndex(where: { $0.id.number == number }) {
            if self.videoTracks[index].codec != codec {
                self.videoTracks[index] = VideoTrack(replacing: self.videoTracks[index], codec, now: now)
            }
            return index
        }
        guard self.videoTracks.count < self.limits.videoTrackCountMax else { return nil }
        self.videoTracks.append(VideoTrack(TrackID(.video, number), codec, limits: self.limits, now: now))
        return self.videoTracks.count - 1
    }
}
