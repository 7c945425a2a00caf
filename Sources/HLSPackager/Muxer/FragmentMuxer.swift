internal import CLibAV
internal import MediaTypes

/// Writes CMAF by libav: an initialisation section, and for every part a `moof` with its `mdat`. The first part of
/// pictures and sound has one more before that, of the first sound.
///
/// A part begins with its first sample's own time (`tfdt`), whatever came before it, and within a part a sample lasts
/// until the next of its track; the last one lasts as long as it says. Offsets are signed. Payloads come out as they
/// went in, but for AV1, from which libav leaves out what ISO BMFF does not want.
///
/// libav holds the payloads of a part until it ends: as many bytes as fit into the arena, and `partSampleCountMax`
/// samples. E-AC-3 frames of fewer than six blocks are refused: libav would put several into one sample.
package final class FragmentMuxer: PartMuxer {
    package private(set) var initialisation: [UInt8] = []

    private let writer: LibAVWriter
    private let tracks: [MuxedTrack]
    private var progress: [TrackProgress]
    /// There are tracks that only their frames describe: the initialisation section waits for the first part.
    private var awaitsFrames: Bool
    private var seenTracks: Set<Int> = []
    /// Of the part that has not ended.
    private var sampleCount = 0
    private var payloadByteCount = 0
    /// A payload of which libav's parsers may read more than there is.
    private var padded: [UInt8] = []
    /// Pictures that wait for the first sound; nil when none do any more.
    private var heldPictures: [(sample: Sample, bytes: [UInt8])]?

    package init(tracks: [MuxedTrack]) throws(MuxerError) {
        guard !tracks.isEmpty else { throw MuxerError("formatRefused", "There is no track.") }
        self.tracks = tracks
        self.progress = tracks.map { _ in TrackProgress() }
        self.awaitsFrames = tracks.contains { $0.isDescribedByFrames }
        self.heldPictures = tracks.count > 1 && !self.awaitsFrames ? [] : nil
        self.writer = try LibAVWriter("mp4", tracks, bufferByteCount: Self.headByteCountMax)
        self.writer.sink.target = .memory
        try self.writer.begin(["movflags": self.flags, "use_editlist": "0"])
        for (index, track) in tracks.enumerated() where self.writer.timescale(ofTrack: index) != track.timescale {
            throw MuxerError("formatRefused", "libav does not count \(track.timescale) ticks a second.")
        }
        try self.setClocks()
        if !self.awaitsFrames { try self.takeInitialisation() }
    }

    package func append(
        _ sample: Sample, _ payload: borrowing RawSpan, to arena: SegmentArena
    ) throws(MuxerError) {
        let index = sample.trackIndex
        guard self.tracks.indices.contains(index), !payload.isEmpty else {
            throw MuxerError("sampleInvalid", "A sample is empty, or of no track.", .dropSample)
        }
        guard self.sampleCount < Self.partSampleCountMax else {
            throw MuxerError("partFull", "A part cannot have more samples.", .endPart)
        }
        var headByteCount = Self.headByteCount(sampleCount: self.sampleCount + 1, trackCount: self.tracks.count)
        if self.heldPictures != nil { headByteCount += Self.headByteCount(sampleCount: 1, trackCount: 1) }
        guard self.payloadByteCount + payload.byteCount + headByteCount <= arena.capacity - arena.count else {
            throw MuxerError("segmentFull", "The segment's memory is full.", .beginSegment)
        }
        let storedByteCount = try self.tracks[index].storedByteCount(payload)
        try self.progress[index].advance(sample)
        self.sampleCount += 1
        self.payloadByteCount += storedByteCount
        if self.heldPictures != nil {
            guard !self.tracks[index].isVideo else {
                self.heldPictures?.append((sample, payload.withUnsafeBytes { Array($0) }))
                return
            }
            try self.putFirst(sample, payload, storedByteCount, in: arena)
            return
        }
        try self.write(sample, payload)
        if self.awaitsFrames { self.seenTracks.insert(index) }
    }

    package func endPart(in arena: SegmentArena) throws(MuxerError) {
        guard self.sampleCount > 0 else { return }
        if self.awaitsFrames { try self.describeFrames() }
        try self.writeHeldPictures()
        try self.endFragment(self.payloadByteCount, in: arena)
        self.sampleCount = 0
        self.payloadByteCount = 0
    }

    package func beginSegment() {}

    /// The first sound of all becomes a fragment of its own, before that with the first pictures. Browsers put the
    /// samples of a fragment into their buffers track by track, pictures first, and where one track goes on with a gap,
    /// all tracks begin anew with the next keyframe (Media Source Extensions, coded frame processing). Where a player
    /// appends this media to other's so that the pictures have no gap, but the sound has one, as with reordered
    /// pictures, whose decoding begins early, all pictures behind the first fragment would be lost up to the next
    /// keyframe. Now the gap is found before the first keyframe.
    private func putFirst(
        _ sample: Sample, _ payload: borrowing RawSpan, _ storedByteCount: Int, in arena: SegmentArena
    ) throws(MuxerError) {
        try self.write(sample, payload)
        try self.endFragment(storedByteCount, in: arena)
        self.sampleCount -= 1
        self.payloadByteCount -= storedByteCount
        try self.writeHeldPictures()
    }

    private func writeHeldPictures() throws(MuxerError) {
        let held = self.heldPictures ?? []
        self.heldPictures = nil
        for picture in held { try self.write(picture.sample, picture.bytes.span.bytes) }
    }

    /// Everything that libav holds becomes a fragment, of which this many bytes are payloads.
    private func endFragment(_ payloadByteCount: Int, in arena: SegmentArena) throws(MuxerError) {
        let start = arena.count
        self.writer.sink.target = .arena(arena)
        defer { self.writer.sink.target = .nowhere }
        try self.writer.flush()
        try self.checkFragment(arena.bytes(start..<arena.count), payloadByteCount)
        // The next one begins with its first sample's own time, not where this one's durations lead.
        try self.writer.setOption("movflags", "+frag_discont")
    }

    /// libav refuses pictures that are shown before they are decoded, so it gets decode times set back by a constant.
    /// By itself it moves them on by the first picture's offset, and offsets back: readers built on libav would then
    /// show pictures later than sound. A packet without content tells it the constant before that; as it comes out,
    /// nothing has moved.
    private func setClocks() throws(MuxerError) {
        for (index, track) in self.tracks.enumerated() {
            try self.writer.writeTimes(trackIndex: index, decode: -track.decodeLead, presentation: 0)
        }
    }

    private func write(_ sample: Sample, _ payload: borrowing RawSpan) throws(MuxerError) {
        if self.tracks[sample.trackIndex].isParsedByLibAV {
            self.pad(payload)
            let padded = self.padded
            let bytes = padded.span.bytes.extracting(0..<payload.byteCount)
            try bytes.withUnsafeBytes { (bytes) throws(MuxerError) in try self.write(sample, bytes) }
        } else {
            try payload.withUnsafeBytes { (bytes) throws(MuxerError) in try self.write(sample, bytes) }
        }
    }

    private func write(_ sample: Sample, _ bytes: UnsafeRawBufferPointer) throws(MuxerError) {
        try self.writer.write(
            trackIndex: sample.trackIndex, decode: sample.decodeTicks - self.tracks[sample.trackIndex].decodeLead,
            presentation: sample.decodeTicks + Int64(sample.presentationOffsetTicks),
            duration: Int64(sample.durationTicks), isRandomAccess: sample.isRandomAccess, bytes)
    }

    /// One track is true CMAF; several are the same kind of fragments without its brand.
    private var flags: String {
        let common = "+frag_custom+frag_discont+skip_trailer"
        if self.awaitsFrames {
            return common + "+empty_moov+delay_moov+default_base_moof+negative_cts_offsets"
        }
        return self.tracks.count == 1
            ? common + "+cmaf" : common + "+empty_moov+default_base_moof+negative_cts_offsets"
    }

    /// The first flush of a writer that waited for frames writes only the initialisation section.
    private func describeFrames() throws(MuxerError) {
        for (index, track) in self.tracks.enumerated() where track.isDescribedByFrames {
            guard self.seenTracks.contains(index) else {
                throw MuxerError(
                    "formatUnknown", "A track whose frames describe it has none in the first part.", .leaveTrackOut)
            }
        }
        self.writer.sink.target = .memory
        try self.writer.flush()
        try self.takeInitialisation()
        self.awaitsFrames = false
    }

    private func takeInitialisation() throws(MuxerError) {
        guard !self.writer.sink.collected.isEmpty else {
            throw MuxerError("formatRefused", "libav wrote no initialisation section.")
        }
        self.initialisation = self.writer.sink.collected
        self.writer.sink.collected = []
        self.writer.sink.target = .nowhere
        // Heads of parts have numbers only, and payloads are not gone back over.
        self.writer.isUnbuffered = true
    }

    /// libav does not say when it could not write a fragment, or all of it: its boxes do.
    private func checkFragment(_ part: UnsafeRawBufferPointer, _ payloadByteCount: Int) throws(MuxerError) {
        func number(_ offset: Int) -> Int {
            offset + 4 <= part.count
                ? Int(UInt32(bigEndian: part.loadUnaligned(fromByteOffset: offset, as: UInt32.self))) : 0
        }
        let head = number(0)
        let boxHead = 8
        guard head > boxHead, number(head) == payloadByteCount + boxHead,
            part.count == head + boxHead + payloadByteCount
        else { throw MuxerError("partRefused", "libav wrote a part that is not whole.") }
    }

    private func pad(_ payload: borrowing RawSpan) {
        self.padded.removeAll(keepingCapacity: true)
        payload.withUnsafeBytes { self.padded += $0 }
        self.padded += repeatElement(0, count: LibAVWriter.paddingByteCount)
    }

    /// No head of a part is larger: 16 bytes for a sample, and what stands before them.
    private static func headByteCount(sampleCount: Int, trackCount: Int) -> Int {
        64 + trackCount * 128 + sampleCount * 16
    }

    /// Of one part: their head has to fit into libav's buffer, or it could not go back to fill in sizes.
    package static let partSampleCountMax = 3500
    private static let headByteCountMax: Int32 = 64 * 1024
}
