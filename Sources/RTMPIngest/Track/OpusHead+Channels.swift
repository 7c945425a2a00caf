internal import MediaTypes

extension OpusHead {
    /// For publishers that send no header: as many channels as they told elsewhere, otherwise what the first packet
    /// says. More than two are in the order of RFC 7845 §5.1.1.2.
    init(channelCount: UInt8?, isStereo: Bool) {
        self.init(channelCount: channelCount ?? (isStereo ? 2 : 1))
        let layouts: [UInt8: [UInt8]] = [
            3: [2, 1, 0, 2, 1], 4: [2, 2, 0, 1, 2, 3], 5: [3, 2, 0, 4, 1, 2, 3], 6: [4, 2, 0, 4, 1, 2, 3, 5],
            7: [4, 3, 0, 4, 1, 2, 3, 5, 6], 8: [5, 3, 0, 6, 1, 2, 3, 4, 5, 7],
        ]
        guard self.channelCount > 2 else { return }
        if let layout = layouts[self.channelCount] {
            self.mappingFamily = 1
            self.mapping = layout
        } else {
            // No order is known for them.
            self.channelCount = isStereo ? 2 : 1
        }
    }
}
