import HLSPackager
import MediaTypes
import Primitives

/// Writes samples so that they can be read again, a part at a time; and fails when it is told to.
final class RecordingMuxer: PartMuxer {
    let initialisation: [UInt8]
    var failsAtSample: Int?
    var failsAtPartEnd = false
    var remedy = MuxerError.Remedy.beginAnew
    private var part: [UInt8] = []
    private var sampleCount = 0
    private(set) var segmentCount = 0

    init(initialisation: [UInt8] = [1, 2, 3]) { self.initialisation = initialisation }

    func append(_ sample: Sample, _ payload: borrowing RawSpan, to arena: SegmentArena) throws(MuxerError) {
        self.sampleCount += 1
        if self.sampleCount == self.failsAtSample { throw MuxerError("refused", "as told", self.remedy) }
        withUnsafeBytes(of: WrittenSample.Head(sample, payload.byteCount)) { self.part.append(contentsOf: $0) }
        payload.withUnsafeBytes { self.part.append(contentsOf: $0) }
    }

    func endPart(in arena: SegmentArena) throws(MuxerError) {
        if self.failsAtPartEnd { throw MuxerError("refused", "as told") }
        guard self.part.withUnsafeBytes({ arena.append($0) }) else { throw MuxerError("full", "") }
        self.part = []
    }

    func beginSegment() { self.segmentCount += 1 }
}

struct WrittenSample: Equatable {
    var sample: Sample
    var payload: [UInt8]

    struct Head {
        var trackIndex: Int64
        var decodeTicks: Int64
        var offset: Int32
        var duration: Int32
        var isRandomAccess: Int64
        var byteCount: Int64

        init(_ sample: Sample, _ byteCount: Int) {
            self.trackIndex = Int64(sample.trackIndex)
            self.decodeTicks = sample.decodeTicks
            self.offset = sample.presentationOffsetTicks
            self.duration = sample.durationTicks
            self.isRandomAccess = sample.isRandomAccess ? 1 : 0
            self.byteCount = Int64(byteCount)
        }
    }

    static func read(_ bytes: UnsafeRawBufferPointer) -> [WrittenSample] {
        var samples: [WrittenSample] = []
        var offset = 0
        while offset < bytes.count {
            let head = bytes.loadUnaligned(fromByteOffset: offset, as: Head.self)
            offset += MemoryLayout<Head>.size
            let payload = Array(bytes[offset..<(offset + Int(head.byteCount))])
            offset += payload.count
            let sample = Sample(
                trackIndex: Int(head.trackIndex), decodeTicks: head.decodeTicks,
                presentationOffsetTicks: head.offset, durationTicks: head.duration,
                isRandomAccess: head.isRandomAccess == 1)
            samples.append(WrittenSample(sample: sample, payload: payload))
        }
        return samples
    }
}
