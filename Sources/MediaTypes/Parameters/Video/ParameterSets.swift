internal import Primitives

/// Lists of NAL units in configuration records, each unit with a length of two bytes before it.
enum ParameterSets {
    /// Reads up to `count` units and moves `position` behind them. Nil where the record ends before all were read;
    /// `units` then has those that were whole. Empty and too large ones are left out.
    static func read(
        _ count: Int, _ record: borrowing RawSpan, _ position: inout Int, into units: inout [[UInt8]]
    ) -> Bool {
        let end = min(record.byteCount, ParameterLimits.recordByteCountMax)
        for _ in 0..<count {
            guard let length = record.bigEndianUInt16(at: position), Int(length) <= end &- position &- 2 else {
                return false
            }
            let unit = record.copy(from: position &+ 2, count: Int(length))
            position &+= 2 &+ Int(length)
            if self.isKept(unit) { units.append(unit) }
        }
        return true
    }

    /// The first units that may be kept, as far as their number and `byteCountLeft` reach.
    static func kept(_ units: [[UInt8]], _ countMax: Int, _ byteCountLeft: inout Int) -> [[UInt8]] {
        var kept: [[UInt8]] = []
        for unit in units where self.isKept(unit) && kept.count < countMax && unit.count &+ 2 <= byteCountLeft {
            kept.append(unit)
            byteCountLeft &-= unit.count &+ 2
        }
        return kept
    }

    private static func isKept(_ unit: [UInt8]) -> Bool {
        !unit.isEmpty && unit.count <= ParameterLimits.unitByteCountMax
    }

    static func append(_ units: some Sequence<[UInt8]>, to record: inout [UInt8]) {
        for unit in units {
            record.appendBigEndian(UInt16(unit.count))
            record += unit
        }
    }
}
