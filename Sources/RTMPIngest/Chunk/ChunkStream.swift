internal import Primitives

/// What one chunk stream remembers from chunk to chunk: the header that later ones lean on, and how far its message is.
/// Holds no references, so that copying it costs nothing.
struct ChunkStream {
    /// A sender is believed to leave extended timestamps out of its format 3 once this many messages in a row say so.
    private static let agreeingMessageCountMin = 3
    /// How far a repeated absolute timestamp may lead from the last media.
    private static let repeatedTimeMax: Int32 = 10_000

    let id: Int
    /// Which chunk of the connection was its last one.
    private(set) var lastUse: UInt64 = 0
    private(set) var timestamp: UInt32 = 0
    private(set) var streamID: UInt32 = 0
    private(set) var type: UInt8 = 0
    /// As declared.
    private(set) var byteCount = 0
    /// How much of the message its chunks so far carry; zero between messages.
    private(set) var takenByteCount = 0
    /// What format 3 adds. After format 0 that is the absolute timestamp.
    private var delta: UInt32 = 0
    private var isDeltaAbsolute = false
    /// The extended timestamp of the last header that had room for one.
    private var extendedTimestamp: UInt32?
    private var omission = Omission.unknown(messageCount: 0)
    private var isMissedInMessage = false
    private var isFoundInMessage = false

    init(id: Int) { self.id = id }

    var isUnfinished: Bool { self.takenByteCount > 0 }
    var hasExtendedTimestamp: Bool { self.extendedTimestamp != nil }

    /// Whether a header before the end of a message goes on with that message. Some senders repeat formats 1 and 2 on
    /// every chunk; a new length, and format 0, mean that the sender gave the message up.
    func isContinued(by header: ChunkHeader) -> Bool {
        switch header.format {
        case 0: false
        case 1: header.messageByteCount == self.byteCount
        default: true
        }
    }

    /// Begins the message that `header` announces.
    mutating func begin(_ header: ChunkHeader, lastMediaTimestamp: UInt32?) {
        switch header.format {
        case 0:
            self.timestamp = header.timestamp
            self.streamID = header.streamID
        case 3: self.timestamp = self.repeatedTimestamp(lastMediaTimestamp)
        default: self.timestamp &+= header.timestamp
        }
        if header.format < 2 {
            self.byteCount = header.messageByteCount
            self.type = header.type
        }
        if header.format < 3 {
            self.delta = header.timestamp
            self.isDeltaAbsolute = header.format == 0
            self.extendedTimestamp = header.isExtended ? header.timestamp : nil
        }
    }

    /// Goes on with a message. A header here says nothing new, except which timestamp format 3 may repeat after it.
    mutating func resume(_ header: ChunkHeader) {
        if header.format < 3 { self.extendedTimestamp = header.isExtended ? header.timestamp : nil }
    }

    /// Returns how much of the message the next chunk carries.
    mutating func beginChunk(byteCountMax: Int, number: UInt64) -> Int {
        let byteCount = min(self.byteCount &- self.takenByteCount, byteCountMax)
        self.takenByteCount &+= byteCount
        self.lastUse = number
        return byteCount
    }

    /// The timestamp of a message that begins with format 3. After format 0 the specification (§5.3.1.2.4) takes the
    /// absolute timestamp for a difference, while librtmp means none: the first is believed only near the last media.
    private func repeatedTimestamp(_ lastMediaTimestamp: UInt32?) -> UInt32 {
        let repeated = self.timestamp &+ self.delta
        guard self.isDeltaAbsolute else { return repeated }
        guard let lastMediaTimestamp else { return self.timestamp }
        let distance = Int32(bitPattern: repeated &- lastMediaTimestamp)
        return distance >= -Self.repeatedTimeMax && distance <= Self.repeatedTimeMax ? repeated : self.timestamp
    }

    /// Whether an extended timestamp lies at `offset`, behind a basic header of format 3; nil when it takes more bytes
    /// to tell.
    ///
    /// Most senders repeat it, as the specification says, some do not, and librtmp does within a message but not at the
    /// beginning of one. So the bytes are compared with the two values that are sent in the wild: what the last header
    /// carried, and the absolute timestamp. A sender that was found to omit it in several messages in a row is trusted
    /// to go on so, and payload that happens to look alike is safe. The other way round no trust is needed: a
    /// comparison that succeeds is proof.
    func repeatsTimestamp(_ bytes: borrowing RawSpan, at offset: Int, lastMediaTimestamp: UInt32?) -> Bool? {
        guard let extendedTimestamp, self.omission != .known else { return false }
        let absolute = self.isUnfinished ? self.timestamp : self.repeatedTimestamp(lastMediaTimestamp)
        if let found = bytes.bigEndianUInt32(at: offset) { return found == extendedTimestamp || found == absolute }
        var mayBeExtended = true
        var mayBeAbsolute = true
        for index in 0..<4 {
            guard let byte = bytes.byte(at: offset &+ index) else { break }
            let shift = UInt32(24 &- 8 &* index)
            mayBeExtended = mayBeExtended && byte == UInt8(truncatingIfNeeded: extendedTimestamp >> shift)
            mayBeAbsolute = mayBeAbsolute && byte == UInt8(truncatingIfNeeded: absolute >> shift)
        }
        return mayBeExtended || mayBeAbsolute ? nil : false
    }

    /// Remembers what the last comparison found, if it was one within a message.
    mutating func noteRepetition(_ isFound: Bool) {
        guard self.isUnfinished else { return }
        if isFound { self.isFoundInMessage = true } else { self.isMissedInMessage = true }
    }

    /// The message is complete or given up.
    mutating func end() {
        self.takenByteCount = 0
        if case .unknown(let count) = self.omission, self.isMissedInMessage || self.isFoundInMessage {
            if self.isFoundInMessage {
                self.omission = .unknown(messageCount: 0)
            } else {
                let isKnown = count + 1 >= Self.agreeingMessageCountMin
                self.omission = isKnown ? .known : .unknown(messageCount: count + 1)
            }
            self.isMissedInMessage = false
            self.isFoundInMessage = false
        }
    }

    /// Whether the sender leaves the extended timestamp out of format 3.
    private enum Omission: Equatable {
        /// This many messages in a row went without.
        case unknown(messageCount: Int)
        case known
    }
}
