/// What lies between the picture's size and its colours: coding tools, of which nothing is kept.
extension HEVCSequenceParameters {
    /// From log2_max_pic_order_cnt_lsb to strong_intra_smoothing (HEVC §7.3.2.2.1). Every count is checked against
    /// the largest that the standard allows.
    func skipTools(_ reader: inout BitReader) throws(BitReader.End) {
        let pictureOrderBitCount = Int(try reader.unsignedExponential()) &+ 4
        guard pictureOrderBitCount <= 16 else { throw BitReader.End() }
        let layerCount = try reader.flag() ? Int(self.temporalLayerCount) : 1
        try Self.skipNumbers(layerCount &* 3, &reader)
        try Self.skipNumbers(6, &reader)
        if try reader.flag(), try reader.flag() { try Self.skipScalingLists(&reader) }
        try reader.skip(2)
        if try reader.flag() {
            try reader.skip(8)
            try Self.skipNumbers(2, &reader)
            try reader.skip(1)
        }
        try Self.skipShortTermSets(&reader)
        if try reader.flag() {
            let count = Int(try reader.unsignedExponential())
            guard count <= 32 else { throw BitReader.End() }
            try reader.skip(count &* (pictureOrderBitCount &+ 1))
        }
        try reader.skip(2)
    }

    private static func skipNumbers(_ count: Int, _ reader: inout BitReader) throws(BitReader.End) {
        for _ in 0..<count { _ = try reader.unsignedExponential() }
    }

    /// HEVC §7.3.4.
    private static func skipScalingLists(_ reader: inout BitReader) throws(BitReader.End) {
        for size in 0..<4 {
            for _ in 0..<(size == 3 ? 2 : 6) {
                if try reader.flag() {
                    // Signed or not, a number is as long.
                    try self.skipNumbers(min(64, 16 << (2 &* size)) &+ (size > 1 ? 1 : 0), &reader)
                } else {
                    try self.skipNumbers(1, &reader)
                }
            }
        }
    }

    /// HEVC §7.3.7, where each set may be told as a difference from the one before it.
    private static func skipShortTermSets(_ reader: inout BitReader) throws(BitReader.End) {
        let setCount = try reader.unsignedExponential()
        guard setCount <= 64 else { throw BitReader.End() }
        var pictureCount = 0
        for index in 0..<setCount {
            if index > 0, try reader.flag() {
                try reader.skip(1)
                try self.skipNumbers(1, &reader)
                var keptCount = 0
                for _ in 0...pictureCount {
                    let isUsed = try reader.flag()
                    let isKept = isUsed ? true : try reader.flag()
                    if isKept { keptCount &+= 1 }
                }
                pictureCount = keptCount
            } else {
                let (before, after) = (try reader.unsignedExponential(), try reader.unsignedExponential())
                guard before <= 16, after <= 16 else { throw BitReader.End() }
                pictureCount = Int(before &+ after)
                for _ in 0..<pictureCount {
                    try self.skipNumbers(1, &reader)
                    try reader.skip(1)
                }
            }
        }
    }
}
