internal import Observability
internal import RTMPIngest
internal import Reactor

/// Lets publish who has a key of the setting `stream-keys`.
struct ConfiguredStreamKeys: PublishAuthorizer {
    let keys: [StreamKey]
    let bitsPerSecondMax: Int?
    let framesPerSecondMax: Int?

    init(keys: [StreamKey], bitsPerSecondMax: Int? = nil, framesPerSecondMax: Int? = nil) {
        self.keys = keys
        self.bitsPerSecondMax = bitsPerSecondMax
        self.framesPerSecondMax = framesPerSecondMax
    }

    init(_ configuration: Configuration) {
        self.init(
            keys: configuration.streamKeys, bitsPerSecondMax: configuration.streamBitsPerSecondMax,
            framesPerSecondMax: configuration.streamFramesPerSecondMax)
    }

    /// Looks at every key for every candidate, whichever fits, so that the time tells nothing.
    func authorize(_ address: PublishAddress, from peer: SocketAddress) async -> PublishDecision {
        var stream: String?
        for candidate in address.keys {
            for key in self.keys where key.key.matches(candidate.reveal()) { stream = stream ?? key.name }
        }
        guard let stream else { return .refused(self.keys.isEmpty ? Self.noKeys : Self.unknownKey) }
        return .accepted(
            PublishGrant(
                stream: stream, bitsPerSecondMax: self.bitsPerSecondMax, framesPerSecondMax: self.framesPerSecondMax))
    }

    /// Settings stay as they were at the start.
    func revocation(of grant: PublishGrant) -> PublishRefusal? { nil }

    static let unknownKey = PublishRefusal(
        .badName, label: "unknown-key", "This stream key is not known here. Copy it again, without spaces around it.")
    static let noKeys = PublishRefusal(
        .denied, label: "no-keys", "This server has no stream keys yet: its operator has to set stream-keys.")
}
