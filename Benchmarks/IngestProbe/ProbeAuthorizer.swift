internal import Observability
internal import RTMPIngest
internal import Reactor

/// Lets everybody publish under the name of the key, but for keys that begin with "refused".
struct ProbeAuthorizer: PublishAuthorizer {
    func authorize(_ address: PublishAddress, from peer: SocketAddress) async -> PublishDecision {
        guard let key = address.keys.first?.reveal(), !key.isEmpty, !key.hasPrefix("refused") else {
            return .refused(PublishRefusal(.badName, label: "unknown-key", "The stream key is not known."))
        }
        return .accepted(PublishGrant(stream: key))
    }

    func revocation(of grant: PublishGrant) -> PublishRefusal? { nil }
}

/// Writes what happens to streams.
struct ProbeObserver: PublishObserver {
    private let output: ProbeOutput

    init(_ output: ProbeOutput) { self.output = output }

    func observe(_ event: PublishEvent) {
        guard self.output.detail != .none else { return }
        var line = "{\"what\":\"event\",\"stream\":\(ProbeOutput.quoted(event.stream ?? "")),\"event\":"
        switch event.what {
        case .started: line += "\"started\""
        case .stalled: line += "\"stalled\""
        case .resumed: line += "\"resumed\""
        case .stopped(let why): line += "\"stopped\",\"why\":\(ProbeOutput.quoted(why.description))"
        case .refused(let refusal): line += "\"refused\",\"why\":\(ProbeOutput.quoted(refusal.label.description))"
        case .advice(let advice):
            line += "\"advice\",\"why\":\(ProbeOutput.quoted(advice.label.description))"
            line += ",\"sentence\":\(ProbeOutput.quoted(advice.sentence))"
        }
        self.output.write(line: line + "}")
        self.output.flush()
    }
}
