package import Crypto
package import Primitives

/// Signs playback tokens by the newest key that every process may be expected to believe: a value without a clock.
///
/// A new key is believed as soon as it is read, and used `leadTime` later, so that nobody is sent to a process that has
/// not read it yet. Keys that were there from the start are used at once: a restart is a way to have them read.
package struct PlaybackSigner: Sendable {
    private struct Candidate: Sendable {
        let number: Int
        let key: HMACSHA256Key
        let usableFrom: MonotonicTime
    }

    private let leadTime: TimeAmount
    /// Newest first, never empty.
    private var candidates: [Candidate]

    package init(root: RootSecret, leadTime: TimeAmount) {
        self.leadTime = leadTime
        self.candidates = root.generations.map {
            Candidate(
                number: $0.number, key: PlaybackKeys.key(root, $0), usableFrom: MonotonicTime(nanoseconds: .min))
        }
    }

    package mutating func replaceKeys(_ root: RootSecret, now: MonotonicTime) {
        let known = self.candidates
        self.candidates = root.generations.map { generation in
            let before = known.first { $0.number == generation.number }
            return Candidate(
                number: generation.number, key: PlaybackKeys.key(root, generation),
                usableFrom: before?.usableFrom ?? now + self.leadTime)
        }
    }

    /// With the newest key that is in use; with the oldest when none is yet, which was there before the others.
    package func sign(
        ticket: Int64, schedule: Int64, session: PlaybackSessionID, expiresAt: Int64, now: MonotonicTime
    ) -> PlaybackTokenText {
        let candidate =
            self.candidates.first { $0.usableFrom <= now } ?? self.candidates[self.candidates.count - 1]
        return PlaybackToken(
            keyID: UInt8(candidate.number), ticket: ticket, schedule: schedule, session: session,
            expiresAt: expiresAt
        ).signed(by: candidate.key)
    }
}
