/// What is to be done about a request for a playlist.
package enum PlaylistDecision: Equatable, Sendable {
    /// Answer it at once: with the delta update if there is one, otherwise with the whole playlist.
    case answer(isDelta: Bool)
    /// Answer it when `PlaylistWait.isOver`, and with 503 after `PlaylistPromises.blockedTimeMax`.
    case wait(PlaylistWait, isDelta: Bool)
    /// 400, at once.
    case refuse(PlaylistRefusal)
    /// There is nothing to begin with yet; a request without directives is never blocked.
    case notReady
}

/// What a blocked request waits for.
package enum PlaylistWait: Hashable, Sendable {
    /// All of this segment, or anything later.
    case segment(Int)
    /// This part, or anything later.
    case part(PartPosition)

    /// Whether a playlist with this edge may be sent. One that ended goes to all who wait.
    package func isOver(at edge: PlaylistEdge, hasEnded: Bool) -> Bool {
        if hasEnded { return true }
        switch self {
        case .segment(let sequence): return edge.lastSegment >= sequence
        case .part(let position): return edge.lastPart.map { $0 >= position } ?? false
        }
    }
}

/// Why a request for a playlist is answered with 400 (RFC 8216bis §6.2.5.2).
package enum PlaylistRefusal: Equatable, Sendable {
    /// `_HLS_part` without `_HLS_msn`.
    case partWithoutSequence
    /// More than two segments after the last one.
    case sequenceTooFarAhead
    /// More parts after the last one than the Advance Part Limit.
    case partTooFarAhead
    /// A directive that is not one number.
    case malformedNumber

    /// For a problem's detail.
    package var explanation: StaticString {
        switch self {
        case .partWithoutSequence: "_HLS_part needs _HLS_msn"
        case .sequenceTooFarAhead: "_HLS_msn is more than two segments ahead"
        case .partTooFarAhead: "_HLS_part is too many parts ahead"
        case .malformedNumber: "_HLS_msn and _HLS_part are one decimal number each"
        }
    }
}

extension PlaylistRequest {
    /// What to do about this request for `playlist` as it is now. Only the low-latency form promises to block and to
    /// skip: others ignore directives, and so does one that has ended.
    package func decide(for playlist: MediaPlaylist) -> PlaylistDecision {
        let plain: PlaylistDecision = playlist.isReady ? .answer(isDelta: false) : .notReady
        guard playlist.hasParts, !playlist.hasEnded else { return plain }
        let edge = PlaylistEdge(playlist.snapshot)
        let wait: PlaylistWait
        switch (self.sequence, self.part) {
        case (.malformed, _), (_, .malformed): return .refuse(.malformedNumber)
        case (.absent, .absent):
            return playlist.isReady ? .answer(isDelta: self.wantsDelta) : .notReady
        case (.absent, .value), (.absent, .tooLarge): return .refuse(.partWithoutSequence)
        case (.tooLarge, _): return .refuse(.sequenceTooFarAhead)
        case (.value(let sequence), _) where sequence > edge.lastSegment &+ 2: return .refuse(.sequenceTooFarAhead)
        case (.value(let sequence), .absent): wait = .segment(sequence)
        case (.value(let sequence), .tooLarge):
            guard sequence < edge.newestSequence else { return .refuse(.partTooFarAhead) }
            wait = .segment(sequence)
        case (.value(let sequence), .value(let part)):
            let position = PartPosition(sequence: sequence, part: part)
            let isTooFar = edge.partCount(to: position) > playlist.promises.advancePartCountMax
            if isTooFar { return .refuse(.partTooFarAhead) }
            wait = .part(edge.rolledOver(position))
        }
        guard wait.isOver(at: edge, hasEnded: false) else { return .wait(wait, isDelta: self.wantsDelta) }
        return .answer(isDelta: self.wantsDelta)
    }
}

extension PlaylistEdge {
    /// A request for any part of a segment before this one is answered at once, whatever the part's number.
    fileprivate var newestSequence: Int { self.lastPart?.sequence ?? self.nextPart.sequence }

    /// By how many parts at least `position` is after the last part. Zero or less: it is there, or its segment ended
    /// before it.
    fileprivate func partCount(to position: PartPosition) -> Int {
        guard let last = self.lastPart else { return position.part &+ 1 }
        if position.sequence < last.sequence { return 0 }
        return position.sequence == last.sequence ? position.part &- last.part : position.part &+ 1
    }

    /// A part after the last one of a whole segment is the first of the next (RFC 8216bis §6.2.5.2).
    fileprivate func rolledOver(_ position: PartPosition) -> PartPosition {
        guard let last = self.lastPart, last.sequence <= self.lastSegment, position.sequence == last.sequence,
            position.part > last.part
        else { return position }
        return PartPosition(sequence: position.sequence &+ 1, part: 0)
    }
}
