internal import Crypto
internal import Synchronization

/// Tokens whose signature was found right, by their SHA-256: checking one again costs a hash and a look instead of
/// 0.2 ms of elliptic curves. Says nothing of whether a token is still valid; that is asked each time.
///
/// A fixed number of places in parts with a lock each, so that loops do not wait for each other. A token has two places
/// to be in. With both taken, the one that expires first makes room: forgetting costs a check, never an error. Tokens
/// themselves are not held, so that no dump of memory has them all.
final class VerifiedTokens: Sendable {
    private static let partCount = 16

    private struct Place {
        let digest: SHA256Digest
        let token: AccessToken
    }

    private final class Part: Sendable {
        let places: Mutex<[Place?]>

        init(placeCount: Int) { self.places = Mutex([Place?](repeating: nil, count: placeCount)) }
    }

    private let parts: [Part]
    private let placeCountPerPart: Int

    init(countMax: Int) {
        let placeCount = max(2, countMax / Self.partCount)
        self.placeCountPerPart = placeCount
        self.parts = (0..<Self.partCount).map { _ in Part(placeCount: placeCount) }
    }

    func token(_ digest: SHA256Digest) -> AccessToken? {
        let (first, second) = self.indices(of: digest)
        return self.part(of: digest).places.withLock { places in
            if let place = places[first], place.digest == digest { return place.token }
            if let place = places[second], place.digest == digest { return place.token }
            return nil
        }
    }

    func insert(_ token: AccessToken, _ digest: SHA256Digest) {
        let (first, second) = self.indices(of: digest)
        self.part(of: digest).places.withLock { places in
            let firstEnd = places[first].map { $0.digest == digest ? Int.min : $0.token.expiresAt } ?? Int.min
            let secondEnd = places[second].map { $0.digest == digest ? Int.min : $0.token.expiresAt } ?? Int.min
            places[firstEnd <= secondEnd ? first : second] = Place(digest: digest, token: token)
        }
    }

    /// Called when a key goes out of use: what it signed has to be refused.
    func removeAll() {
        for part in self.parts {
            part.places.withLock { places in
                for index in places.indices { places[index] = nil }
            }
        }
    }

    private func part(of digest: SHA256Digest) -> Part {
        self.parts[Int(truncatingIfNeeded: digest.place & UInt64(Self.partCount - 1))]
    }

    private func indices(of digest: SHA256Digest) -> (Int, Int) {
        let first = Int(digest.place >> 4 % UInt64(self.placeCountPerPart))
        let second = Int(digest.otherPlace % UInt64(self.placeCountPerPart))
        return (first, second)
    }
}
