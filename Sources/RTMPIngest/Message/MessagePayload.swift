/// Where the bytes of a finished message lie.
package enum MessagePayload: Equatable, Sendable {
    /// In one piece in the input that was just given: nothing was copied.
    case input(Range<Int>)
    /// Put together from several chunks or inputs. Give the array back to the decoder when done with it.
    case assembled([UInt8])
}
