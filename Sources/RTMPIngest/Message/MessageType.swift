/// The type of an RTMP message. Unknown ones exist and are ignored.
package struct MessageType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let setChunkSize = MessageType(rawValue: 1)
    package static let abort = MessageType(rawValue: 2)
    package static let acknowledgement = MessageType(rawValue: 3)
    package static let userControl = MessageType(rawValue: 4)
    package static let windowAcknowledgementSize = MessageType(rawValue: 5)
    package static let setPeerBandwidth = MessageType(rawValue: 6)
    package static let audio = MessageType(rawValue: 8)
    package static let video = MessageType(rawValue: 9)
    package static let dataAMF3 = MessageType(rawValue: 15)
    package static let commandAMF3 = MessageType(rawValue: 17)
    package static let dataAMF0 = MessageType(rawValue: 18)
    package static let commandAMF0 = MessageType(rawValue: 20)
    package static let aggregate = MessageType(rawValue: 22)

    /// Whether the pipeline of an accepted publish takes it.
    package var isMedia: Bool {
        switch self {
        case .audio, .video, .dataAMF0, .dataAMF3, .aggregate: true
        default: false
        }
    }
}
