internal import CZlib

/// Compression of whole bodies in one step, for text that is made at run time and for files at start.
package enum HTTPGzip {
    /// Nil when the result would not be smaller: no more memory is used than the input has.
    package static func compress(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
        guard bytes.count > 64, bytes.count <= Int(UInt32.max) else { return nil }
        var stream = z_stream()
        let windowBitsForGzip: Int32 = 15 + 16
        let size = Int32(MemoryLayout<z_stream>.size)
        guard
            deflateInit2_(&stream, level, Z_DEFLATED, windowBitsForGzip, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
                == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let capacity = bytes.count - 1
        var status = Z_OK
        let compressed = bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(capacity)
                status = deflate(&stream, Z_FINISH)
                count = capacity - Int(stream.avail_out)
            }
        }
        return status == Z_STREAM_END ? compressed : nil
    }
}
