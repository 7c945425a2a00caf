internal import CLinux
internal import Glibc
internal import Synchronization

/// Where a stream's segments have their memory: a file in memory, in which every segment has a place of its own, so
/// that the kernel can send from it what it would otherwise have to copy.
///
/// A place that nobody reads any more is written again by a segment to come. Its pages are kept for that, and their
/// mapping with them, for eight places at most, unless the kernel may still be sending from them: those go back to the
/// system, as all do when the pool goes. Arenas come back from whichever thread let go of them last.
package final class ArenaPool: Sendable {
    /// A range of the file. Of these bytes, counted from the beginning, the system has given the pages.
    struct Place {
        let offset: Int
        let byteCount: Int
        var backedByteCount: Int
        /// All of it in the address space, for as long as its pages are kept.
        var region: MappedRegion?
    }

    private struct State {
        var free: [Place] = []
        var end = 0

        /// The last that is large enough, with pages if there is one.
        func place(for byteCount: Int) -> Int? {
            self.free.lastIndex { $0.byteCount >= byteCount && $0.backedByteCount > 0 }
                ?? self.free.lastIndex { $0.byteCount >= byteCount }
        }
    }

    private static let backedPlaceCountMax = 8

    /// Negative where the system has no such file to give: then segments have memory of their own.
    let descriptor: CInt
    private let state = Mutex(State())

    package init() { self.descriptor = podo_memory_file("podo-segments") }

    deinit {
        self.state.withLock { state in
            for place in state.free { place.region?.unmap() }
        }
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    /// What the pages that are kept take.
    package var byteCount: Int { self.state.withLock { $0.free.reduce(0) { $0 + $1.backedByteCount } } }

    /// Gives the pages that are kept back to the system.
    package func empty() {
        self.state.withLock { state in
            for index in state.free.indices { self.dropPages(of: &state.free[index]) }
        }
    }

    /// A place for so many bytes, which are whole pages; nil when the file cannot be made larger.
    func take(_ byteCount: Int) -> Place? {
        guard self.descriptor >= 0 else { return nil }
        return self.state.withLock { state in
            if let index = state.place(for: byteCount) { return state.free.remove(at: index) }
            let (end, isTooMuch) = state.end.addingReportingOverflow(byteCount)
            guard !isTooMuch, ftruncate(self.descriptor, off_t(end)) == 0 else { return nil }
            defer { state.end = end }
            return Place(offset: state.end, byteCount: byteCount, backedByteCount: 0)
        }
    }

    /// Takes a place back. Pages that somebody may still read must not be written again.
    func put(_ place: Place, mayBeRead: Bool) {
        self.state.withLock { state in
            var place = place
            let backedCount = state.free.count { $0.backedByteCount > 0 }
            let isKept = place.backedByteCount > 0 && !mayBeRead && backedCount < Self.backedPlaceCountMax
            if !isKept { self.dropPages(of: &place) }
            state.free.append(place)
        }
    }

    /// Gives the pages of a part of a place that is in use back to the system. The system that refuses keeps them.
    func dropPages(of place: Place, _ range: Range<Int>) {
        _ = podo_punch_hole(self.descriptor, off_t(place.offset + range.lowerBound), off_t(range.count))
    }

    private func dropPages(of place: inout Place) {
        place.region?.unmap()
        place.region = nil
        guard place.backedByteCount > 0 else { return }
        if podo_punch_hole(self.descriptor, off_t(place.offset), off_t(place.byteCount)) == 0 {
            place.backedByteCount = 0
        }
    }
}
