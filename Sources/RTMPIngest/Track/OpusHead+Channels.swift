internal import MediaTypes

extension OpusHead {
    /// Stream count, coupled count and each channel's place, in the order of RFC 7845 §5.1.1.2.
    private static let layouts: [UInt8: [UInt8]] = [
        3: [2, 1, 0, 2, 1], 4: [2, 2, 0, 1, 2, 3], 5: [3, 2, 0, 4, 1, 2, 3], 6: [4, 2, 0, 4, 1, 2, 3, 5],
        7: [4, 3, 0, 4, 1, 2, 3, 5, 6], 8: [5, 3, 0, 6, 1, 2, 3, 4, 5, 7],
    ]

    /// For publishers that send no header: as many channels as they told elsewhere, otherwise what the first packet
    /// says. For more than eight no order is known.
    init(channelCount: UInt8?, isStereo: Bool) {
        let count = channelCount ?? (isStereo ? 2 : 1)
        self.init(channelCount: count <= 2 ? count : isStereo ? 2 : 1)
        guard let layout = Self.layouts[count] else { return }
        // The record of one stream, with another count and family.
        var record = self.record
        record[1] = count
        record[record.count - 1] = 1
        record += layout
        if let head = OpusHead(record.span.bytes) { self = head }
    }
}
