internal import Primitives

/// Puts messages together from chunks, however the chunks are cut and mixed (RTMP 1.0 §5.3).
///
/// Set Chunk Size and Abort speak to this layer alone: they are obeyed here and not passed on. A message whose only
/// chunk lies in one piece in the input is not copied; any other is put together in memory that grows with the bytes
/// that came, never by a declared length. An error is final. What comes out, errors included, does not depend on how
/// the input was cut: so budgets are checked at the header of a chunk, for all of its payload.
package struct ChunkDecoder: Sendable {
    package enum Step: Equatable, Sendable {
        /// All input is used up.
        case needsInput
        case message(MessageHeader, MessagePayload)
    }

    /// Whether any timestamp on this connection ever used the extended form: one that did does not wrap at 24 bits.
    package private(set) var hasSeenExtendedTimestamp = false
    /// The publisher has proved itself: unfinished messages may hold as much as media needs.
    package var isProven = false
    /// Chunks since the connection began with less payload than the size that every connection begins with. With
    /// `messageCount` the work that a peer asks for beyond that of its bytes.
    package private(set) var smallChunkCount: UInt64 = 0
    /// Messages since the connection began, empty and control messages too.
    package private(set) var messageCount: UInt64 = 0
    /// Messages that a new header or Abort ended before they were complete.
    package private(set) var abandonedMessageCount: UInt64 = 0
    /// How much memory for payload is held, unfinished messages and spare buffers together.
    package var heldByteCount: Int {
        self.partials.reduce(0) { $0 + $1.capacity } + self.spares.reduce(0) { $0 + $1.capacity }
    }

    private static let firstChunkByteCountMax = 128

    private let limits: RTMPLimits
    private var chunkByteCountMax = Self.firstChunkByteCountMax
    /// Numbers the chunks, to tell which stream was silent for longest.
    private var chunkCount: UInt64 = 0
    private var streams: [ChunkStream] = []
    /// The payload so far of the unfinished message of each stream.
    private var partials: [[UInt8]] = []
    private var spares: [[UInt8]] = []
    /// What all unfinished messages hold, the whole chunk that is being read included.
    private var unfinishedByteCount = 0
    private var lastMediaTimestamp: UInt32?
    /// The stream of the chunk that is being read, and how much of its payload is to come.
    private var current = 0
    private var chunkRest = 0
    /// Bytes before those of the input.
    private var held = HeldBytes()
    private var failure: ChunkError?

    package init(limits: RTMPLimits) { self.limits = limits }

    /// Goes on reading `input` from `offset` until a message is complete or the input ends. `offset` tells how far it
    /// came; give the same input again until it says that it needs more.
    package mutating func next(_ input: borrowing RawSpan, _ offset: inout Int) throws(ChunkError) -> Step {
        if let failure { throw failure }
        do throws(ChunkError) {
            while true {
                if self.chunkRest == 0 {
                    guard try self.takeHeader(input, &offset) else { return .needsInput }
                }
                guard let payload = self.takePayload(input, &offset) else {
                    if self.chunkRest > 0 { return .needsInput }
                    continue
                }
                if let step = try self.finish(payload, input) { return step }
            }
        } catch {
            self.failure = error
            throw error
        }
    }

    /// Takes back the bytes of a message, so that the next one needs no new memory. Nothing is kept for a peer that has
    /// not proved itself: it could spread large buffers over many small messages.
    package mutating func recycle(_ bytes: consuming [UInt8]) {
        guard
            self.isProven, bytes.capacity > 0, bytes.capacity <= self.limits.spareBufferByteCountMax,
            self.spares.count < self.limits.spareBufferCountMax
        else { return }
        self.spares.append(bytes)
    }
}

// Headers.
extension ChunkDecoder {
    /// False when the input ends before the header does; its bytes are then held.
    private mutating func takeHeader(_ input: borrowing RawSpan, _ offset: inout Int) throws(ChunkError) -> Bool {
        if self.held.isEmpty {
            if let taken = try self.readHeader(input, at: offset) {
                offset &+= taken
                return true
            }
            offset &+= self.held.fill(from: input, at: offset)
            return false
        }
        var joined = self.held
        let heldCount = self.held.count
        let added = joined.fill(from: input, at: offset)
        guard let taken = try self.readHeader(joined.bytes.span.bytes.extracting(first: joined.count), at: 0) else {
            self.held = joined
            offset &+= added
            return false
        }
        self.held.removeFirst(min(taken, heldCount))
        offset &+= max(taken &- heldCount, 0)
        return true
    }

    /// Begins a chunk. Returns how long its header is, or nil, with nothing changed, when the bytes end before it.
    private mutating func readHeader(_ bytes: borrowing RawSpan, at offset: Int) throws(ChunkError) -> Int? {
        guard let header = ChunkHeader(bytes, at: offset) else { return nil }
        var byteCount = header.byteCount
        let slot: Int
        if let known = self.slot(of: header.chunkStreamID) {
            slot = known
        } else {
            // Format 1 is borne: librtmp answers a ping with it. It has no message stream then.
            guard header.format < 2 else { throw .headerWithoutPrevious }
            slot = try self.addStream(header.chunkStreamID)
        }
        // In place from here on: a stream that is copied out and back costs more than all the rest.
        if header.format == 3, self.streams[slot].hasExtendedTimestamp {
            let repeats = self.streams[slot].repeatsTimestamp(
                bytes, at: offset &+ byteCount, lastMediaTimestamp: self.lastMediaTimestamp)
            guard let repeats else { return nil }
            self.streams[slot].noteRepetition(repeats)
            if repeats { byteCount &+= 4 }
        } else if header.isExtended {
            self.hasSeenExtendedTimestamp = true
        }
        if self.streams[slot].isUnfinished, self.streams[slot].isContinued(by: header) {
            self.streams[slot].resume(header)
        } else {
            if self.streams[slot].isUnfinished { self.abandon(slot) }
            guard header.messageByteCount <= self.limits.messageByteCountMax else { throw .messageTooLarge }
            self.streams[slot].begin(header, lastMediaTimestamp: self.lastMediaTimestamp)
        }
        try self.beginChunk(slot)
        return byteCount
    }

    private mutating func beginChunk(_ slot: Int) throws(ChunkError) {
        self.chunkCount &+= 1
        self.current = slot
        self.chunkRest = self.streams[slot].beginChunk(byteCountMax: self.chunkByteCountMax, number: self.chunkCount)
        if self.chunkRest < Self.firstChunkByteCountMax { self.smallChunkCount &+= 1 }
        self.unfinishedByteCount &+= self.chunkRest
        let budget = self.isProven ? self.limits.partialByteCountMax : self.limits.unprovenByteCountMax
        guard self.unfinishedByteCount <= budget else { throw .tooMuchUnfinished }
    }

    private func slot(of chunkStreamID: Int) -> Int? {
        for index in 0..<self.streams.count where self.streams[index].id == chunkStreamID { return index }
        return nil
    }

    /// Makes room for a chunk stream, when there is none in the place of the one that was silent for longest.
    private mutating func addStream(_ id: Int) throws(ChunkError) -> Int {
        if self.streams.count < self.limits.chunkStreamCountMax {
            self.streams.append(ChunkStream(id: id))
            self.partials.append([])
            return self.streams.count - 1
        }
        var oldest: Int?
        for slot in self.streams.indices where !self.streams[slot].isUnfinished {
            if let known = oldest, self.streams[known].lastUse < self.streams[slot].lastUse { continue }
            oldest = slot
        }
        guard let oldest else { throw .tooManyChunkStreams }
        self.streams[oldest] = ChunkStream(id: id)
        return oldest
    }

    private mutating func abandon(_ slot: Int) {
        self.unfinishedByteCount &-= self.streams[slot].takenByteCount
        self.abandonedMessageCount &+= 1
        self.streams[slot].end()
        var partial: [UInt8] = []
        swap(&partial, &self.partials[slot])
        self.recycle(partial)
    }
}

// Payload.
extension ChunkDecoder {
    /// Takes what there is of the chunk's payload; the payload of the message if that makes it complete.
    private mutating func takePayload(_ input: borrowing RawSpan, _ offset: inout Int) -> MessagePayload? {
        let byteCount = self.streams[self.current].byteCount
        if self.held.isEmpty, self.chunkRest == byteCount, self.chunkRest <= input.byteCount &- offset {
            let start = offset
            offset &+= self.chunkRest
            self.chunkRest = 0
            return .input(start..<offset)
        }
        if !self.held.isEmpty {
            let taken = min(self.held.count, self.chunkRest)
            let held = self.held
            self.append(held.bytes.span.bytes, 0, taken)
            self.held.removeFirst(taken)
        }
        let taken = min(input.byteCount &- offset, self.chunkRest)
        if taken > 0 {
            self.append(input, offset, taken)
            offset &+= taken
        }
        guard self.chunkRest == 0, self.streams[self.current].takenByteCount == byteCount else { return nil }
        var payload: [UInt8] = []
        swap(&payload, &self.partials[self.current])
        return .assembled(payload)
    }

    private mutating func append(_ bytes: borrowing RawSpan, _ offset: Int, _ count: Int) {
        let slot = self.current
        if self.partials[slot].isEmpty, var spare = self.spares.popLast() {
            // Only now: whoever gave it back has let go of it, and its memory is kept.
            spare.removeAll(keepingCapacity: true)
            self.partials[slot] = spare
        }
        let needed = self.partials[slot].count &+ count
        if needed > self.partials[slot].capacity {
            self.partials[slot].reserveCapacity(min(self.streams[slot].byteCount, needed &* 2))
        }
        bytes.withUnsafeBytes { all in
            self.partials[slot].append(contentsOf: UnsafeRawBufferPointer(rebasing: all[offset..<offset &+ count]))
        }
        self.chunkRest &-= count
    }

    /// Ends the current message: nil when it was one for this layer.
    private mutating func finish(
        _ payload: consuming MessagePayload, _ input: borrowing RawSpan
    ) throws(ChunkError) -> Step? {
        let slot = self.current
        self.streams[slot].end()
        let stream = self.streams[slot]
        self.unfinishedByteCount &-= stream.byteCount
        self.messageCount &+= 1
        let type = MessageType(rawValue: stream.type)
        switch type {
        case .setChunkSize:
            try self.setChunkSize(self.number(in: payload, input))
            return nil
        case .abort:
            if let id = self.number(in: payload, input) { self.abort(chunkStreamID: Int(id)) }
            return nil
        case .audio, .video, .aggregate: self.lastMediaTimestamp = stream.timestamp
        default: break
        }
        let header = MessageHeader(
            type: type, timestamp: stream.timestamp, streamID: stream.streamID, chunkStreamID: stream.id,
            byteCount: stream.byteCount)
        return .message(header, payload)
    }

    /// The first four bytes.
    private func number(in payload: MessagePayload, _ input: borrowing RawSpan) -> UInt32? {
        switch payload {
        case .input(let range): range.count >= 4 ? input.bigEndianUInt32(at: range.lowerBound) : nil
        case .assembled(let bytes): bytes.span.bytes.bigEndianUInt32(at: 0)
        }
    }

    /// Counts from the next chunk on, of whichever stream.
    private mutating func setChunkSize(_ size: UInt32?) throws(ChunkError) {
        guard let size, size > 0, size <= 0x7FFF_FFFF else { throw .chunkSizeInvalid }
        self.chunkByteCountMax = Int(size)
    }

    private mutating func abort(chunkStreamID: Int) {
        guard let slot = self.slot(of: chunkStreamID), self.streams[slot].isUnfinished else { return }
        self.abandon(slot)
    }
}
