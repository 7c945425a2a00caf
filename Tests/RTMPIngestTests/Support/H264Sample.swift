import Testing

@testable import RTMPIngest

/// Real H.264 from the recorded file, taken apart, to be put together in all the ways that publishers find.
struct H264Sample {
    /// avcC.
    let record: [UInt8]
    let sequenceSet: [UInt8]
    let pictureSet: [UInt8]
    /// The NAL units of an IDR picture, SEI included.
    let refresh: [[UInt8]]
    /// Those of a picture after it.
    let inter: [[UInt8]]

    init() throws {
        let tags = try FLVFile(named: "h264-aac").bodies(.video)
        self.record = Array(tags[0].dropFirst(5))
        let sequenceSetCount = Int(self.record[7])
        self.sequenceSet = Array(self.record[8..<8 + sequenceSetCount])
        let start = 8 + sequenceSetCount + 3
        let pictureSetCount = Int(self.record[start - 1])
        self.pictureSet = Array(self.record[start..<start + pictureSetCount])
        self.refresh = try #require(NALUnitTests.units(.lengths(4), Array(tags[1].dropFirst(5))))
        self.inter = try #require(NALUnitTests.units(.lengths(4), Array(tags[2].dropFirst(5))))
    }

    /// The record for lengths of another size, with other sets, or none.
    func record(lengthSize: Int = 4, sequenceSets: [[UInt8]]? = nil, pictureSets: [[UInt8]]? = nil) -> [UInt8] {
        let sequenceSets = sequenceSets ?? [self.sequenceSet]
        let pictureSets = pictureSets ?? [self.pictureSet]
        var bytes = Array(self.record[0..<4]) + [0xfc | UInt8(lengthSize - 1), 0xe0 | UInt8(sequenceSets.count)]
        bytes += withLengths(sequenceSets, size: 2) + [UInt8(pictureSets.count)] + withLengths(pictureSets, size: 2)
        return bytes
    }

    static func start(_ record: [UInt8]) -> [UInt8] { [0x17, 0, 0, 0, 0] + record }
    static func key(_ bytes: [UInt8]) -> [UInt8] { [0x17, 1, 0, 0, 0] + bytes }
    static func inter(_ bytes: [UInt8]) -> [UInt8] { [0x27, 1, 0, 0, 0] + bytes }
}
