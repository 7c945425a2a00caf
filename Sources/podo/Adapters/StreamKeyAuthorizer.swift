internal import Auth
internal import Primitives
internal import RTMPIngest
internal import Reactor

/// Lets publish who has a key of the configuration, or one of the database that opens its stream now, as long as the
/// show of the stream may go on. Answers from memory: a publisher gets in while the database is away.
struct StreamKeyAuthorizer: PublishAuthorizer {
    let configured: ConfiguredStreamKeys
    let keys: StreamKeys
    /// Why nobody may publish the show of a stream; nil when somebody may, or it is no show.
    var showRefusal: @Sendable (_ stream: String) -> PublishRefusal? = { _ in nil }

    func authorize(_ address: PublishAddress, from peer: SocketAddress) async -> PublishDecision {
        let decision = await self.configured.authorize(address, from: peer)
        if case .accepted(let grant) = decision {
            return self.showRefusal(grant.stream).map { .refused($0) } ?? decision
        }
        switch self.keys.find(address.keys, now: .now) {
        case .open(let entry):
            if let refusal = self.showRefusal(entry.stream) { return .refused(refusal) }
            return .accepted(
                PublishGrant(
                    stream: entry.stream, keyMark: entry.hash, bitsPerSecondMax: self.configured.bitsPerSecondMax,
                    framesPerSecondMax: self.configured.framesPerSecondMax))
        case .tooEarly(let opensAt):
            return .refused(
                PublishRefusal(
                    .denied, label: "key-too-early", "This stream key opens its stream at \(opensAt.rfc3339)."))
        case .over: return .refused(Self.over)
        case .unknown:
            return self.configured.keys.isEmpty && self.keys.count == 0
                ? .refused(Self.noKeys) : .refused(ConfiguredStreamKeys.unknownKey)
        }
    }

    func revocation(of grant: PublishGrant) -> PublishRefusal? {
        if let mark = grant.keyMark, !self.keys.isHeld(hash: mark) { return .keyRevoked }
        return self.showRefusal(grant.stream)
    }

    private static let over = PublishRefusal(
        .denied, label: "key-over", "The time of this stream key is over. Ask for a new one.")
    private static let noKeys = PublishRefusal(
        .denied, label: "no-keys",
        "This server has no stream keys yet: its operator makes one with podo stream-key make, or sets stream-keys.")
}
