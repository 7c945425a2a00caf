/// Why a connection ended. Its words are of the source, so that each can be a metric label.
package enum ConnectionCloseReason: Equatable, Sendable {
    /// Both sides had finished.
    case finished
    /// The peer reset the connection or went away in the middle.
    case peerGone
    /// The peer took too little of what was queued for too long.
    case writeStalled
    /// Ended by us; the word, kebab-case, says why.
    case aborted(StaticString)
    case failed(SystemError)
    case secureTransport(TLSFailure)

    /// The word of a metric label; nil for an end in order.
    package var label: StaticString? {
        switch self {
        case .finished: nil
        case .peerGone: "peer-gone"
        case .writeStalled: "write-stalled"
        case .aborted(let word): word
        case .failed: "system-error"
        case .secureTransport(let failure): failure.label
        }
    }

    package static func == (left: ConnectionCloseReason, right: ConnectionCloseReason) -> Bool {
        switch (left, right) {
        case (.finished, .finished), (.peerGone, .peerGone), (.writeStalled, .writeStalled): true
        case (.aborted(let left), .aborted(let right)): left.description == right.description
        case (.failed(let left), .failed(let right)): left == right
        case (.secureTransport(let left), .secureTransport(let right)): left == right
        default: false
        }
    }
}
