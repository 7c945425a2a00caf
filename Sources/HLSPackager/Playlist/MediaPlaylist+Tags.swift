internal import Primitives

extension MediaPlaylist {
    /// The tags about the playlist as a whole.
    func appendHead(version: Int, to bytes: inout [UInt8]) {
        bytes.append("#EXTM3U\n#EXT-X-VERSION:")
        bytes.append(decimal: version)
        bytes.append("\n#EXT-X-TARGETDURATION:")
        bytes.append(decimal: self.promises.targetDurationSeconds)
        if self.hasParts {
            bytes.append("\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=")
            PlaylistDuration.append(self.promises.partHoldBack.nanoseconds, to: &bytes)
            bytes.append(",HOLD-BACK=")
            PlaylistDuration.append(self.promises.holdBack.nanoseconds, to: &bytes)
            bytes.append(",CAN-SKIP-UNTIL=")
            PlaylistDuration.append(self.promises.skipBoundary.nanoseconds, to: &bytes)
            bytes.append("\n#EXT-X-PART-INF:PART-TARGET=")
            PlaylistDuration.append(self.promises.partTarget.nanoseconds, to: &bytes)
        }
        switch self.form {
        case .event: bytes.append("\n#EXT-X-PLAYLIST-TYPE:EVENT")
        case .recording: bytes.append("\n#EXT-X-PLAYLIST-TYPE:VOD")
        case .lowLatency, .plain, .transportStream: break
        }
        bytes.append("\n#EXT-X-MEDIA-SEQUENCE:")
        bytes.append(decimal: self.snapshot.segments.first?.sequence ?? self.snapshot.nextSequence)
        // Always there: a player that first sees the tag after a discontinuity has left may stop.
        bytes.append("\n#EXT-X-DISCONTINUITY-SEQUENCE:")
        bytes.append(decimal: self.snapshot.discontinuitySequence)
        bytes.append(UInt8(ascii: "\n"))
        if self.snapshot.hasIndependentSegments { bytes.append("#EXT-X-INDEPENDENT-SEGMENTS\n") }
    }

    /// The segments from this index on, and the parts of the one that grows.
    func appendSegments(from first: Int, to bytes: inout [UInt8]) {
        let segments = self.snapshot.segments
        let firstWithParts = self.firstWithParts
        var said = first > 0 ? Said(segments[first - 1], self.form.container) : Said()
        for index in first..<segments.count {
            let isListed = self.isListed(segments[index])
            let hasParts = index >= firstWithParts && !segments[index].parts.isEmpty
            // A segment that nothing is said of yet has no tags either: they would be about the wrong thing.
            guard isListed || hasParts else { continue }
            self.appendTags(of: segments[index], after: said, to: &bytes)
            said = Said(segments[index], self.form.container)
            if hasParts { self.appendParts(of: segments[index], to: &bytes) }
            if isListed { self.appendSegment(segments[index], to: &bytes) }
        }
    }

    /// What stands before a segment's first part, because it is about all of it (RFC 8216bis §4.4.4.9).
    private func appendTags(
        of segment: RenditionSnapshot.Segment, after said: Said, to bytes: inout [UInt8]
    ) {
        var encryption = said.encryption
        for _ in 0..<segment.discontinuityCount { bytes.append("#EXT-X-DISCONTINUITY\n") }
        if segment.initialisationNumber != said.initialisationNumber, self.form.container == .fragmentedMP4 {
            // A key holds for the sections after it too, and ours are clear (RFC 8216bis §4.4.4.4).
            if encryption != nil { bytes.append("#EXT-X-KEY:METHOD=NONE\n") }
            encryption = nil
            bytes.append("#EXT-X-MAP:URI=\"")
            MediaName.initialisation(self.id, number: segment.initialisationNumber).append(to: &bytes)
            bytes.append("\"\n")
        }
        let wanted = segment.encryption(in: self.form.container)
        if wanted != encryption { self.appendKey(wanted, to: &bytes) }
        bytes.append("#EXT-X-PROGRAM-DATE-TIME:")
        segment.startsAt.appendRFC3339(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    private func appendKey(_ encryption: RenditionSnapshot.Encryption?, to bytes: inout [UInt8]) {
        guard let encryption else {
            bytes.append("#EXT-X-KEY:METHOD=NONE\n")
            return
        }
        bytes.append("#EXT-X-KEY:METHOD=AES-128,URI=\"")
        MediaName.key(number: encryption.keyNumber).append(to: &bytes)
        bytes.append("\",IV=0x")
        for byte in encryption.vector(in: self.form.container) {
            // Upper case, as §4.2 has it.
            for digit in [byte >> 4, byte & 15] {
                bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private func appendParts(of segment: RenditionSnapshot.Segment, to bytes: inout [UInt8]) {
        for index in segment.parts.indices {
            bytes.append("#EXT-X-PART:DURATION=")
            PlaylistDuration.append(segment.parts[index].durationNanoseconds, to: &bytes)
            bytes.append(",URI=\"")
            MediaName.part(self.id, sequence: segment.sequence, part: index).append(to: &bytes)
            bytes.append(segment.parts[index].isIndependent ? "\",INDEPENDENT=YES\n" : "\"\n")
        }
    }

    private func appendSegment(_ segment: RenditionSnapshot.Segment, to bytes: inout [UInt8]) {
        bytes.append("#EXTINF:")
        PlaylistDuration.append(segment.durationNanoseconds, to: &bytes)
        // There is nothing in this form: the segment exists to be counted, not to be read (§4.4.4.7).
        bytes.append(segment.has(self.form.container) ? ",\n" : ",\n#EXT-X-GAP\n")
        MediaName.segment(self.id, sequence: segment.sequence, self.form.container).append(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// What tags have said so far that holds until another says otherwise.
    private struct Said {
        var initialisationNumber: Int?
        var encryption: RenditionSnapshot.Encryption?

        init() {}

        init(_ segment: RenditionSnapshot.Segment, _ container: MediaContainer) {
            self.initialisationNumber = segment.initialisationNumber
            self.encryption = segment.encryption(in: container)
        }
    }

    /// What comes next, what the other renditions have, or that this was all.
    func appendTail(to bytes: inout [UInt8]) {
        if self.hasParts {
            if !self.hasEnded { self.appendNext(to: &bytes) }
            for report in self.reports where report.id != self.id {
                bytes.append("#EXT-X-RENDITION-REPORT:URI=\"")
                MediaName.playlist(report.id, self.form).append(to: &bytes)
                bytes.append("\",LAST-MSN=")
                bytes.append(decimal: report.sequence)
                bytes.append(",LAST-PART=")
                bytes.append(decimal: report.part)
                bytes.append(UInt8(ascii: "\n"))
            }
        }
        if self.hasEnded { bytes.append("#EXT-X-ENDLIST\n") }
    }

    /// What is known of what comes next. That it begins a new timeline is said at once, where the tag will stand
    /// anyway: hls.js counts the segment after the last one to the timeline that it sees, and ends when that is not so.
    private func appendNext(to bytes: inout [UInt8]) {
        guard self.snapshot.isInterrupted else { return self.appendHint(to: &bytes) }
        if !self.snapshot.segments.isEmpty { bytes.append("#EXT-X-DISCONTINUITY\n") }
    }

    /// The part that may be asked for before it exists. An initialisation section comes with its first part.
    private func appendHint(to bytes: inout [UInt8]) {
        let next = PlaylistEdge(self.snapshot).nextPart
        bytes.append("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"")
        MediaName.part(self.id, sequence: next.sequence, part: next.part).append(to: &bytes)
        bytes.append("\"\n")
    }
}
