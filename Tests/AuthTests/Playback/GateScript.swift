import Auth
import Crypto
import Primitives

/// A gate without a loop, with a clock that is set by hand.
final class GateScript {
    static let wall: Int64 = 1_780_308_000
    static let stream = "schedule-7"

    let root: RootSecret
    let meters = PlaybackMeters()
    var limits: PlaybackLimits
    var gate: GateState
    var now = MonotonicTime(nanoseconds: 1_000_000_000_000)
    var wall = GateScript.wall

    init(root: RootSecret = .random(), limits: PlaybackLimits = PlaybackLimits()) {
        self.root = root
        self.limits = limits
        self.gate = GateState(keys: PlaybackKeys(root: root), meters: self.meters, limits: limits)
    }

    /// A token that opens something for an hour, unless told otherwise.
    func token(
        ticket: Int64 = 5, schedule: Int64 = 7, number: UInt32 = 1, random: UInt32 = 0x1234_5678,
        expiresAt: Int64 = GateScript.wall + 3600, root: RootSecret? = nil
    ) -> [UInt8] {
        PlaybackSigner(root: root ?? self.root, leadTime: .seconds(30)).sign(
            ticket: ticket, schedule: schedule, session: PlaybackSessionID(number: number, random: random),
            expiresAt: expiresAt, now: self.now
        ).bytes
    }

    static func session(_ number: UInt32 = 1, random: UInt32 = 0x1234_5678) -> PlaybackSessionID {
        PlaybackSessionID(number: number, random: random)
    }

    static func key(_ number: UInt32) -> PlaybackMeters.Key {
        PlaybackMeters.Key(holder: 5, session: GateScript.session(number))
    }

    /// What somebody is told who comes with this text.
    func ask(
        _ pass: [UInt8], _ demand: PlaybackDemand = .other, from network: UInt64? = nil
    ) -> PlaybackVerdict {
        guard let text = PlaybackTokenText(pass[...]) else { return .refused(.tokenInvalid) }
        return self.gate.admit(text, demand, from: network, now: self.now) { self.wall }
    }

    func tell(
        holder: Int64 = 5, revision: Int64 = 1, last: UInt32 = 1, revokedThrough: UInt32 = 0,
        live: [PlaybackSessionID] = [], expiresAt: Int64 = GateScript.wall + 3600
    ) -> Bool {
        !self.gate.apply([
            PlaybackHolding(
                holder: holder, revision: revision, lastNumber: last, revokedThrough: revokedThrough,
                expiresAt: expiresAt, live: live)
        ]).isEmpty
    }

    func pass(_ time: TimeAmount) {
        self.now = self.now + time
        self.wall += time.nanoseconds / 1_000_000_000
    }
}
