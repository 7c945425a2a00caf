extension StreamSnapshot {
    /// The same with lists and arenas of its own where something has changed since `previous`, and with those of
    /// `previous` elsewhere: a copy for one loop, whose reference counts no other loop touches.
    func copied(since previous: StreamSnapshot?) -> StreamSnapshot {
        var copy = StreamSnapshot(version: self.version, renditions: [])
        copy.rendering = self.rendering
        copy.keys = self.keys.map { $0 }
        copy.zeroAt = self.zeroAt
        copy.renditions.reserveCapacity(self.renditions.count)
        for rendition in self.renditions {
            let known = previous?[rendition.id]
            if let known, known.version == rendition.version {
                copy.renditions.append(known)
                continue
            }
            copy.renditions.append(
                Rendition(
                    id: rendition.id, tracks: rendition.tracks.map { $0 },
                    snapshot: rendition.snapshot.copied(since: known?.snapshot), version: rendition.version))
        }
        return copy
    }
}

extension RenditionSnapshot {
    func copied(since previous: RenditionSnapshot?) -> RenditionSnapshot {
        let known = (previous?.removedSegments ?? []) + (previous?.segments ?? [])
        var copy = self
        copy.segments = self.segments.map { $0.copied(known) }
        copy.removedSegments = self.removedSegments.map { $0.copied(known) }
        copy.initialisations = self.initialisations.map { $0 }
        return copy
    }
}

extension RenditionSnapshot.Segment {
    /// `known` is in order of sequence, without holes for as long as nothing in between was given up.
    fileprivate func copied(_ known: [Self]) -> Self {
        var copy = self
        let guess = self.sequence - (known.first?.sequence ?? 0)
        let isGuess = known.indices.contains(guess) && known[guess].sequence == self.sequence
        let old = isGuess ? known[guess] : known.first { $0.sequence == self.sequence }
        guard let old, old.arena.sharesMemory(with: self.arena) else {
            copy.arena = self.arena.handle()
            copy.transportStream = self.transportStream?.handle()
            copy.parts = self.parts.map { $0 }
            return copy
        }
        copy.arena = old.arena
        copy.transportStream = old.transportStream ?? self.transportStream?.handle()
        // The last part of an encrypted segment grows by its padding.
        let isSame = old.parts.count == self.parts.count && old.isComplete == self.isComplete
        copy.parts = isSame ? old.parts : self.parts.map { $0 }
        return copy
    }
}
