import MediaTypes
import Testing

@Suite("Parameter sets")
struct ParameterSetTests {
    @Test("in band make the record that the encoder wrote", arguments: ["h264-1080", "h264-main", "h264-422-10"])
    func madeOfUnits(name: String) throws {
        let bytes = try ConfigurationFixture.bytes(name)
        let sent = try #require(AVCConfiguration(bytes))
        let made = try #require(
            AVCConfiguration(sequenceSets: sent.sequenceSets, pictureSets: sent.pictureSets))
        #expect(made == sent)
        #expect(made.record == bytes)
    }

    @Test("in band make an hvcC with what the encoder wrote", arguments: ["hevc-1080", "hevc-pq", "hevc-gray"])
    func madeOfHEVCUnits(name: String) throws {
        let bytes = try ConfigurationFixture.bytes(name)
        let sent = try #require(HEVCConfiguration(bytes))
        let made = try #require(
            HEVCConfiguration(
                videoSets: sent.videoSets, sequenceSets: sent.sequenceSets, pictureSets: sent.pictureSets))
        #expect(made.profile == sent.profile)
        #expect(made.chromaFormat == sent.chromaFormat)
        #expect(made.lumaBitDepth == sent.lumaBitDepth)
        #expect(made.temporalLayerCount == sent.temporalLayerCount)
        #expect(made.codecString == sent.codecString)
        #expect(HEVCConfiguration(made.record) == made)
        #expect(made.pictureSets == sent.pictureSets)
    }

    @Test("§4.9: a record may hold none, and says 4-byte lengths whatever it said")
    func none() throws {
        let record: [UInt8] = [1, 0x64, 0, 0x1f, 0xfd, 0xe0, 0]
        let configuration = try #require(AVCConfiguration(record))
        #expect(configuration.lengthSize == 2)
        #expect(configuration.sequenceSets.isEmpty)
        #expect(configuration.format.width == 0)
        #expect(configuration.codecString == "avc1.64001f")
        #expect(configuration.record == [1, 0x64, 0, 0x1f, 0xff, 0xe0, 0])
        #expect(AVCConfiguration(sequenceSets: [], pictureSets: [[0x68]]) == nil)
        #expect(HEVCConfiguration(videoSets: [], sequenceSets: [], pictureSets: []) == nil)
    }

    @Test("§3 18: a set that ends in what cannot be read keeps its profile and level", arguments: 4..<12)
    func tolerant(byteCount: Int) throws {
        let bytes = try ConfigurationFixture.bytes("h264-1080")
        let set = try #require(AVCConfiguration(bytes)?.sequenceSets.first)
        // A head, then a number that has no end.
        let broken = Array(set.prefix(byteCount)) + [0, 0, 0, 0, 0, 0, 0, 0, 0]
        let parameters = try #require(H264SequenceParameters(broken))
        #expect(parameters.profile == 100)
        #expect(parameters.level == 40)
        #expect(parameters.width == 0)
        #expect(try #require(AVCConfiguration(sequenceSets: [broken], pictureSets: [])).codecString == "avc1.640028")
    }

    @Test("§3 18: an HEVC set that ends in what cannot be read keeps its profile and level")
    func tolerantOfHEVC() throws {
        let bytes = try ConfigurationFixture.bytes("hevc-1080")
        let set = try #require(HEVCConfiguration(bytes)?.sequenceSets.first)
        for byteCount in 18..<set.count {
            let broken = Array(set.prefix(byteCount)) + [0, 0, 0, 0, 0, 0, 0, 0, 0]
            let parameters = try #require(HEVCSequenceParameters(broken))
            #expect(parameters.profile.level == 120)
            #expect(parameters.width == 0 || parameters.width == 1920)
            #expect(
                HEVCConfiguration(videoSets: [], sequenceSets: [broken], pictureSets: [])?.codecString
                    == "hvc1.1.6.L120.90")
        }
    }

    @Test("S-36: a size beyond every level counts as not told")
    func huge() throws {
        // Baseline 4.0, then set 0, frame number of 4 bits, order type 2, one reference, and 65,535 blocks each way.
        let set: [UInt8] = [0x67, 66, 0, 40, 0xf5, 0x00, 0x00, 0x80, 0x00, 0x01, 0x00, 0x00, 0xc0]
        let parameters = try #require(H264SequenceParameters(set))
        #expect(parameters.level == 40)
        #expect(parameters.width == 0 && parameters.height == 0)
    }

    @Test("S-36: many and large sets keep within a record's limit")
    func bounded() throws {
        let bytes = try ConfigurationFixture.bytes("h264-main")
        let sent = try #require(AVCConfiguration(bytes))
        let large = [UInt8](repeating: 0x68, count: ParameterLimits.unitByteCountMax)
        let many = [[UInt8]](repeating: large, count: 1000) + [large + [0], []]
        let made = try #require(AVCConfiguration(sequenceSets: sent.sequenceSets, pictureSets: many))
        #expect(made.pictureSets.count == 3)
        #expect(made.record.count <= ParameterLimits.recordByteCountMax)
        #expect(AVCConfiguration(made.record) == made)
    }

    @Test("E-RTMP: vpcC is read without version and flags too")
    func withoutVersion() throws {
        let bytes = try ConfigurationFixture.bytes("vp9-10")
        #expect(VP9Configuration(Array(bytes[4...])) == VP9Configuration(bytes))
        let deep: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
        #expect(VP9Configuration(deep) == nil)
    }

    @Test("an AV1 configuration is made of a temporal unit")
    func madeOfTemporalUnit() throws {
        let bytes = try ConfigurationFixture.bytes("av1-svt")
        let sent = try #require(AV1Configuration(bytes))
        let delimiter: [UInt8] = [0x12, 0]
        let frame: [UInt8] = [0x32, 3, 1, 2, 3]
        let made = try #require(AV1Configuration(temporalUnit: (delimiter + sent.units + frame)))
        #expect(made == sent)
        #expect(AV1Configuration(temporalUnit: (delimiter + frame + sent.units)) == nil)
    }
}
