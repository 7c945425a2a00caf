internal import Primitives

/// Puts messages together from chunks, however the chunks are cut and mixed.
///
/// Set Chunk Size and Abort speak to this layer alone: they are obeyed here and not passed on.
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
    private let limits: RTMPLimits

    package init(limits: RTMPLimits) { self.limits = limits }

    /// Goes on reading `input` from `offset` until a message is complete or the input ends. `offset` tells how far it
    /// came; give the same input again until it says that it needs more.
    package mutating func next(_ input: borrowing RawSpan, _ offset: inout Int) throws(ChunkError) -> Step {
        offset = input.byteCount
        return .needsInput
    }

    /// Takes back the bytes of a message, so that the next one needs no new memory.
    package mutating func recycle(_ bytes: consuming [UInt8]) {}
}
