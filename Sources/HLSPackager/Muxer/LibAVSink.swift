internal import CLibAV
internal import Glibc

/// Where the bytes go that libav writes.
final class LibAVSink {
    enum Target {
        case nowhere
        /// Into `collected`.
        case memory
        case arena(SegmentArena)
    }

    var target = Target.nowhere
    var collected: [UInt8] = []
    /// MPEG-TS packets with this number are left out. Whoever sets it has a buffer of whole packets.
    var packetIdentifierLeftOut: UInt16?

    /// Takes what libav hands over; less than nothing, as libav's callbacks say it, where it has no place.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard let leftOut = self.packetIdentifierLeftOut else {
            return self.append(bytes) ? Int32(bytes.count) : podo_averror(ENOSPC)
        }
        var start = 0
        var position = 0
        while position + Self.packetByteCount <= bytes.count {
            let identifier = UInt16(bytes[position + 1] & 0x1f) << 8 | UInt16(bytes[position + 2])
            let end = position + Self.packetByteCount
            if identifier == leftOut {
                guard self.append(UnsafeRawBufferPointer(rebasing: bytes[start..<position])) else {
                    return podo_averror(ENOSPC)
                }
                start = end
            }
            position = end
        }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        return self.append(rest) ? Int32(bytes.count) : podo_averror(ENOSPC)
    }

    private func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch self.target {
        case .nowhere: return true
        case .memory:
            self.collected += bytes
            return true
        case .arena(let arena): return arena.append(bytes)
        }
    }

    /// Of MPEG-TS.
    static let packetByteCount = 188
}
