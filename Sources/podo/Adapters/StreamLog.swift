internal import Observability
internal import RTMPIngest
internal import Reactor

/// Tells the log what happens to streams, in words for their organizers.
struct StreamLog: PublishObserver {
    let log: Log

    func observe(_ event: PublishEvent) {
        let stream = LogValue.text(event.stream ?? "unknown")
        let peer = LogValue.text(event.peer.description)
        switch event.what {
        case .started:
            self.log.info("stream started", ["stream": stream, "peer": peer])
        case .stalled:
            self.log.warning(
                "stream stalled",
                [
                    "stream": stream, "peer": peer,
                    "explanation": "the publisher is connected, but no picture and no sound has come for a while",
                ])
        case .resumed:
            self.log.info("stream resumed", ["stream": stream, "peer": peer])
        case .stopped(let reason):
            self.log.info(
                "stream stopped",
                [
                    "stream": stream, "peer": peer, "reason": .text(reason.description),
                    "explanation": .text(Self.explanation(of: reason.description)),
                ])
        case .refused(let refusal):
            self.log.warning(
                "publish refused",
                [
                    "stream": stream, "peer": peer, "reason": .text(refusal.label.description),
                    "explanation": .text(refusal.description),
                ])
        case .advice(let advice):
            // What comes is good to know; all other advice is about something to mend.
            self.log.write(
                advice.label.description == "received" ? .info : .warning, "stream advice",
                ["stream": stream, "advice": .text(advice.label.description), "explanation": .text(advice.sentence)])
        }
    }

    /// For the ends that happen every day; the others have had a line of their own, `publisher given up`.
    static func explanation(of reason: String) -> String {
        switch reason {
        case "finished": "the publisher ended it"
        case "peer-closed": "the publisher closed the connection without ending the stream; it may come back"
        case "peer-gone": "the connection to the publisher broke; it may come back"
        case "replaced": "another publisher with the same key took over, since this one was not heard"
        case "silent": "nothing was heard of the publisher any more; its network is gone"
        case "server-stopping": "Podo was told to end"
        case "key-revoked": "its stream key was replaced or taken back"
        case "show-ended": "its show was ended"
        case "show-canceled": "its show was canceled"
        default: "the connection was given up: \(reason)"
        }
    }
}
