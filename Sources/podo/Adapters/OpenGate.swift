internal import HLSPackager
internal import HTTPServer
internal import Reactor

/// Lets everybody watch everything by the stream's name, for whoever develops players or Podo itself.
struct OpenGate: PlaybackGate {
    func admit(_ pass: ArraySlice<UInt8>, on loop: EventLoop) -> PlaybackAdmission {
        .admitted(stream: String(decoding: pass, as: UTF8.self))
    }
}

/// Lets nobody watch: what is in force until there are tickets.
struct ClosedGate: PlaybackGate {
    func admit(_ pass: ArraySlice<UInt8>, on loop: EventLoop) -> PlaybackAdmission { .refused(Self.tokenInvalid) }

    private static let tokenInvalid = HTTPProblem(
        .forbidden, code: "token-invalid",
        detail: "This address opens nothing here. Ask for a new one with your ticket.")
}
