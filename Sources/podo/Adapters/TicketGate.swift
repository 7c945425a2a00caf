internal import Auth
internal import HLSPackager
internal import HTTPServer
internal import Reactor

/// Lets those watch who have a ticket, or make the show: the gate of tokens, as what serves streams knows it.
struct TicketGate: PlaybackGate {
    let gates: PlaybackGates

    func admit(
        _ pass: ArraySlice<UInt8>, for use: PlaybackUse, from peer: SocketAddress?, on loop: EventLoop
    ) -> PlaybackAdmission {
        let demand: PlaybackDemand =
            switch use {
            case .playlist: .playlist
            case .media(let time): .media(time)
            case .checked(let time): .checked(time)
            case .fetched(let time): .fetched(time)
            case .other: .other
            case .again: .again
            }
        return switch self.gates[loop].admit(pass, demand, from: peer) {
        case .admitted(let stream, let grant):
            .admitted(
                stream: stream,
                quality: PlaybackQuality(
                    heightMax: grant.heightMax, hasReplay: grant.hasReplay, isPreview: grant.isPreview))
        case .refused(let refusal): .refused(refusal.problem)
        }
    }

    func holder(of pass: ArraySlice<UInt8>, on loop: EventLoop) -> Int64? { self.gates[loop].holder(of: pass) }
}
