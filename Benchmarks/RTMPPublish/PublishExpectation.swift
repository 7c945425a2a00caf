internal import CZlib
internal import Foundation
internal import TestSupport

/// Writes what must come out of a generated stream at the other end: a line of JSON for each unit.
enum PublishExpectation {
    static func write(_ stream: GeneratedStream, to path: String) {
        let lines = stream.units.map { unit in
            let checksum = unit.payload.withUnsafeBufferPointer {
                crc32(0, $0.baseAddress, UInt32(clamping: $0.count))
            }
            let digits = String(checksum, radix: 16)
            return "{\"track\":\"\(unit.isVideo ? "video" : "audio")\",\"dts\":\(unit.decodeTime)"
                + ",\"cts\":\(unit.compositionOffset),\"size\":\(unit.payload.count),\"key\":\(unit.isRandomAccess)"
                + ",\"crc\":\"\(String(repeating: "0", count: 8 - digits.count))\(digits)\"}\n"
        }
        guard FileManager.default.createFile(atPath: path, contents: Data(lines.joined().utf8)) else {
            fail("cannot write \(path)")
        }
    }
}
