internal import HLSPackager

/// Reads every part and segment as it is told, and compares its decode times with the true ones, which follow from the
/// number of samples before it.
final class DriftReader: @unchecked Sendable {
    // SAFETY: called by the one thread that there is.

    /// The worst distance of a track from its true time, in frames of it.
    struct Track {
        /// Samples before the part that comes next.
        var sampleCount: Int64 = 0
        private(set) var worst = 0.0
        private(set) var isMeasured = false

        /// - Parameter ticks: From the beginning of the media; `frameTicks` is a frame's length.
        mutating func note(ticks: Int64, frameTicks: Double) {
            self.isMeasured = true
            let drift = (Double(ticks) - Double(self.sampleCount) * frameTicks) / frameTicks
            self.worst = max(self.worst, drift.magnitude)
        }
    }

    private(set) var pictures = Track()
    private(set) var sound = Track()
    private(set) var streamedPictures = Track()
    private(set) var streamedSound = Track()
    private(set) var partCount = 0
    private(set) var complaint: String?
    private var sequence = 0
    private var part = 0

    func take(_ snapshot: StreamSnapshot) {
        guard let main = snapshot[.main]?.snapshot else { return }
        for segment in main.segments where segment.sequence >= self.sequence {
            if segment.sequence > self.sequence {
                self.complaint = "segment \(self.sequence) was never whole"
                (self.sequence, self.part) = (segment.sequence, 0)
            }
            if self.part == 0, !segment.parts.isEmpty {
                (self.streamedPictures.sampleCount, self.streamedSound.sampleCount) =
                    (self.pictures.sampleCount, self.sound.sampleCount)
            }
            for part in segment.parts.dropFirst(self.part) { self.takePart(segment.arena.bytes(part.range)) }
            self.part = segment.parts.count
            guard segment.isComplete else { continue }
            if let stream = segment.transportStream { self.takeStream(stream.bytes(0..<stream.count)) }
            (self.sequence, self.part) = (segment.sequence + 1, 0)
        }
    }

    // MARK: - Fragments

    private func takePart(_ bytes: UnsafeRawBufferPointer) {
        self.partCount += 1
        // The first part of a stretch has more than one fragment.
        for track in Self.boxes("moof", in: bytes).flatMap({ Self.boxes("traf", in: $0) }) {
            guard let header = Self.boxes("tfhd", in: track).first, let time = Self.boxes("tfdt", in: track).first,
                let run = Self.boxes("trun", in: track).first, time.count >= 12
            else {
                self.complaint = "a part without a track's times"
                return
            }
            let decode = Int64(Self.number(time, 4)) << 32 | Int64(Self.number(time, 8))
            let count = Int64(Self.number(run, 4))
            if Self.number(header, 4) == 1 {
                self.pictures.note(ticks: decode - 900_000, frameTicks: 3000)
                self.pictures.sampleCount += count
            } else {
                self.sound.note(
                    ticks: decode - 10 * PackagerDay.sampleRate, frameTicks: Double(PackagerDay.unitSampleCount))
                self.sound.sampleCount += count
            }
        }
    }

    /// The bodies of the boxes of a type that lie in the body of another.
    private static func boxes(_ type: String, in bytes: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
        var found: [UnsafeRawBufferPointer] = []
        var position = 0
        while position + 8 <= bytes.count {
            let byteCount = Int(Self.number(bytes, position))
            guard byteCount >= 8, position + byteCount <= bytes.count else { break }
            let body = UnsafeRawBufferPointer(rebasing: bytes[(position + 8)..<(position + byteCount)])
            if bytes[(position + 4)..<(position + 8)].elementsEqual(type.utf8) { found.append(body) }
            position += byteCount
        }
        return found
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        guard offset + 4 <= bytes.count else { return 0 }
        return UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    // MARK: - MPEG-TS

    /// The first time of each track in a segment.
    private func takeStream(_ bytes: UnsafeRawBufferPointer) {
        var seen: Set<UInt16> = []
        for start in stride(from: 0, to: bytes.count - 187, by: 188) {
            let identifier = UInt16(bytes[start + 1] & 0x1f) << 8 | UInt16(bytes[start + 2])
            guard identifier == 0x100 || identifier == 0x101, !seen.contains(identifier),
                bytes[start + 1] & 0x40 != 0
            else { continue }
            seen.insert(identifier)
            let payload = start + 4 + (bytes[start + 3] & 0x20 != 0 ? 1 + Int(bytes[start + 4]) : 0)
            let ticks = Self.presentation(bytes, payload + 9)
            if identifier == 0x100 {
                Self.note(ticks, 3000, &self.streamedPictures)
            } else {
                let frame = Double(PackagerDay.unitSampleCount * 90_000) / Double(PackagerDay.sampleRate)
                Self.note(ticks, frame, &self.streamedSound)
            }
            if seen.count == 2 { return }
        }
        self.complaint = "a segment of MPEG-TS without one of its tracks"
    }

    /// Times have 33 bits, and begin anew after 26.5 hours.
    private static func note(_ ticks: Int64, _ frameTicks: Double, _ track: inout Track) {
        let wrap = Int64(1) << 33
        let expected = Int64(Double(track.sampleCount) * frameTicks)
        var ticks = ticks - 900_000
        while ticks < expected - wrap / 2 { ticks += wrap }
        track.note(ticks: ticks, frameTicks: frameTicks)
    }

    private static func presentation(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int64 {
        guard start + 5 <= bytes.count else { return 0 }
        let part = bytes[start..<start + 5].map(Int64.init)
        return (part[0] >> 1 & 7) << 30 | part[1] << 22 | (part[2] >> 1) << 15 | part[3] << 7 | part[4] >> 1
    }
}
