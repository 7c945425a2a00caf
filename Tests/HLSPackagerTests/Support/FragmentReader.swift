import HLSPackager
import Testing

/// Reads fragments of ISO BMFF without libav, as far as muxers write them.
struct FragmentReader {
    /// The samples of each track, by track number, as the fragments tell them.
    var samples: [UInt32: [RecordedTrack.Unit]] = [:]
    /// The first decode time of each track in each fragment.
    var firstDecodes: [UInt32: [Int64]] = [:]
    var sequences: [UInt32] = []
    /// The track numbers of each fragment, in its order.
    var tracks: [[UInt32]] = []

    struct Box {
        var type: String
        var body: Range<Int>
    }

    /// The boxes that lie in a range, one behind another, and nothing else.
    static func boxes(_ bytes: [UInt8], _ range: Range<Int>) throws -> [Box] {
        var boxes: [Box] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let byteCount = Int(self.number(bytes, position))
            try #require(byteCount >= 8 && position + byteCount <= range.upperBound)
            let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
            boxes.append(Box(type: type, body: position + 8..<position + byteCount))
            position += byteCount
        }
        return boxes
    }

    static func number(_ bytes: [UInt8], _ position: Int) -> UInt32 {
        bytes[position..<position + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Takes a part: a `moof` and its `mdat`, or several.
    mutating func take(_ part: [UInt8]) throws {
        let boxes = try Self.boxes(part, 0..<part.count)
        try #require(!boxes.isEmpty && boxes.count.isMultiple(of: 2))
        for index in stride(from: 0, to: boxes.count, by: 2) {
            let range = boxes[index].body.lowerBound - 8..<boxes[index + 1].body.upperBound
            try self.takeFragment(Array(part[range]))
        }
    }

    private mutating func takeFragment(_ part: [UInt8]) throws {
        let boxes = try Self.boxes(part, 0..<part.count)
        try #require(boxes.map(\.type) == ["moof", "mdat"])
        var storedByteCount = 0
        self.tracks.append([])
        for box in try Self.boxes(part, boxes[0].body) {
            if box.type == "mfhd" { self.sequences.append(Self.number(part, box.body.lowerBound + 4)) }
            if box.type == "traf" { storedByteCount += try self.takeTrack(part, box.body) }
        }
        #expect(storedByteCount == boxes[1].body.count)
    }

    private mutating func takeTrack(_ part: [UInt8], _ range: Range<Int>) throws -> Int {
        let boxes = try Self.boxes(part, range)
        let header = try #require(boxes.first { $0.type == "tfhd" }).body.lowerBound
        let flags = Self.number(part, header)
        let track = Self.number(part, header + 4)
        self.tracks[self.tracks.count - 1].append(track)
        #expect(flags & 0x2_0000 != 0 && flags & 1 == 0, "offsets count from the moof")
        var position = header + 8 + (flags & 2 != 0 ? 4 : 0)
        func next(_ flag: UInt32) -> UInt32? {
            guard flags & flag != 0 else { return nil }
            defer { position += 4 }
            return Self.number(part, position)
        }
        let (defaultDuration, defaultSize, defaultFlags) = (next(8), next(16), next(32))
        let time = try #require(boxes.first { $0.type == "tfdt" }).body.lowerBound
        #expect(part[time] == 1, "a time of 64 bits")
        var decode = Int64(Self.number(part, time + 4)) << 32 | Int64(Self.number(part, time + 8))
        self.firstDecodes[track, default: []].append(decode)
        var byteCount = 0
        for box in boxes where box.type == "trun" {
            let start = box.body.lowerBound
            let flags = Self.number(part, start) & 0xff_ffff
            let isSigned = part[start] == 1
            let count = Self.number(part, start + 4)
            var data = Int(Self.number(part, start + 8))
            var position = start + 12
            let firstFlags: UInt32? = flags & 4 != 0 ? Self.number(part, position) : nil
            if firstFlags != nil { position += 4 }
            func next(_ flag: UInt32) -> UInt32? {
                guard flags & flag != 0 else { return nil }
                defer { position += 4 }
                return Self.number(part, position)
            }
            for index in 0..<count {
                let duration = try #require(next(0x100) ?? defaultDuration)
                let size = Int(try #require(next(0x200) ?? defaultSize))
                let sampleFlags = next(0x400) ?? (index == 0 ? firstFlags : nil) ?? defaultFlags ?? 0
                let offset = next(0x800) ?? 0
                #expect(isSigned || offset == 0)
                self.samples[track, default: []].append(
                    RecordedTrack.Unit(
                        sample: Sample(
                            trackIndex: Int(track) - 1, decodeTicks: decode,
                            presentationOffsetTicks: Int32(bitPattern: offset), durationTicks: Int32(duration),
                            isRandomAccess: sampleFlags & 0x1_0000 == 0),
                        bytes: Array(part[data..<data + size])))
                decode += Int64(duration)
                data += size
                byteCount += size
            }
            #expect(position == box.body.upperBound)
        }
        return byteCount
    }
}
