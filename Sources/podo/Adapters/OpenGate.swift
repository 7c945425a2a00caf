internal import HLSPackager
internal import HTTPServer
internal import Reactor

/// Lets everybody watch everything by the stream's name, rehearsals too, for whoever develops players or Podo itself.
struct OpenGate: PlaybackGate {
    func admit(
        _ pass: ArraySlice<UInt8>, for use: PlaybackUse, from peer: SocketAddress?, on loop: EventLoop
    ) -> PlaybackAdmission {
        .admitted(stream: String(decoding: pass, as: UTF8.self), quality: PlaybackQuality(isPreview: true))
    }

    func holder(of pass: ArraySlice<UInt8>, on loop: EventLoop) -> Int64? { nil }
}
