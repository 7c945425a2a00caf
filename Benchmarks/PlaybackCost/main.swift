internal import Auth
internal import Crypto
internal import Glibc
internal import Primitives

// What it costs to know who may watch, without a socket: `PlaybackCost` prints the CPU time of the gate's answer to a
// token that it has seen, to one that it has not, and to each kind of refusal, one line `<name> <nanoseconds> ns` each.

func cpuNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

let viewerCount = 10_000
let root = RootSecret.random()
let wall: Int64 = 1_780_308_000
let keys = PlaybackKeys(root: root)
let signer = PlaybackSigner(root: root, leadTime: .seconds(30))

func token(_ index: Int, schedule: Int64 = 7, expiresAt: Int64 = wall + 3600, signer: PlaybackSigner = signer) -> [UInt8] {
    signer.sign(
        ticket: Int64(index + 1), schedule: schedule,
        session: PlaybackSessionID(number: 1, random: UInt32(truncatingIfNeeded: index &* 2_654_435_761)),
        expiresAt: expiresAt, now: .now
    ).bytes
}

func newGate() -> GateState {
    var gate = GateState(keys: keys, meters: PlaybackMeters(), limits: PlaybackLimits())
    // Half of them are known, as after a start.
    _ = gate.apply(
        (0..<viewerCount / 2).map { index in
            PlaybackHolding(
                holder: Int64(index + 1), revision: 1, lastNumber: 1, revokedThrough: 0, expiresAt: wall + 3600,
                live: [PlaybackSessionID(number: 1, random: UInt32(truncatingIfNeeded: index &* 2_654_435_761))])
        })
    return gate
}

var gate = newGate()

/// The pass as it stands in a request, through the same steps as on a loop.
func ask(_ pass: [UInt8], _ demand: PlaybackDemand) -> PlaybackVerdict {
    guard let text = PlaybackTokenText(pass[...]) else { return .refused(.tokenInvalid) }
    return gate.admit(text, demand, now: MonotonicTime(nanoseconds: 1 << 40)) { wall }
}

/// The best of seven, for the machine has other things to do as well.
func measure(
    _ name: String, _ passes: [[UInt8]], rounds: Int = 1, demand: PlaybackDemand = .playlist,
    before: () -> Void = {}, isRight: (PlaybackVerdict) -> Bool
) {
    var best = Int.max
    for _ in 0..<7 {
        before()
        var rightCount = 0
        let start = cpuNanoseconds()
        for _ in 0..<rounds {
            for pass in passes where isRight(ask(pass, demand)) { rightCount += 1 }
        }
        best = min(best, (cpuNanoseconds() - start) / (passes.count * rounds))
        guard rightCount == passes.count * rounds else {
            say("\(name): not as expected")
            exit(1)
        }
    }
    say("\(name) \(best) ns")
}

func isAdmitted(_ verdict: PlaybackVerdict) -> Bool { if case .admitted = verdict { true } else { false } }

let passes = (0..<viewerCount).map { token($0) }
let one = Array(repeating: passes[0], count: viewerCount)
let forgets = { gate = newGate() }

measure("first", passes, before: forgets, isRight: isAdmitted)
measure("repeated, one viewer", one, rounds: 20, isRight: isAdmitted)
measure("repeated, 10000 viewers", passes, rounds: 20, isRight: isAdmitted)
measure("repeated, 10000 viewers, media", passes, rounds: 1, demand: .media(.milliseconds(2)), isRight: isAdmitted)
var revision: Int64 = 1
measure(
    "repeated, after something was told", passes, before: {
        revision += 1
        _ = gate.apply([
            PlaybackHolding(
                holder: 1 << 40, revision: revision, lastNumber: 1, revokedThrough: 1, expiresAt: wall + 1, live: [])
        ])
    }, isRight: isAdmitted)

// Refusals, all of tokens that were not seen: none may tell by its time which it is.
let stranger = PlaybackSigner(root: .random(), leadTime: .seconds(30))
let forged = (0..<viewerCount).map { token($0, signer: stranger) }
measure("refused, forged", forged, before: forgets) { $0 == .refused(.tokenInvalid) }
let unknownKey = passes.map { pass in pass.enumerated().map { $0.offset == 2 ? UInt8(ascii: "x") : $0.element } }
measure("refused, of an unknown key", unknownKey, before: forgets) { $0 == .refused(.tokenInvalid) }
let expired = (0..<viewerCount).map { token($0, expiresAt: wall - 3600) }
measure("refused, expired", expired, before: forgets) { $0 == .refused(.tokenExpired) }
measure(
    "refused, revoked", passes, before: {
        gate = newGate()
        _ = gate.apply(
            (0..<viewerCount).map { index in
                PlaybackHolding(
                    holder: Int64(index + 1), revision: 2, lastNumber: 1, revokedThrough: 1, expiresAt: wall + 3600,
                    live: [])
            })
    }) { $0 == .refused(.ticketRevoked) }
