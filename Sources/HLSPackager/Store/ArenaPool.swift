internal import Synchronization

/// Pages of a stream's segments that nobody reads any more, for the segments to come.
///
/// Holds eight regions at most, as much as segments of that stream took; what comes beyond goes back to the system, and
/// all of it when the pool goes. Arenas come back from whichever thread let go of them last.
package final class ArenaPool: Sendable {
    private static let regionCountMax = 8

    private let regions = Mutex<[MappedRegion]>([])

    package init() {}

    deinit { self.empty() }

    package var byteCount: Int { self.regions.withLock { $0.reduce(0) { $0 + $1.byteCount } } }

    /// Gives everything back to the system.
    package func empty() {
        let regions = self.regions.withLock { regions in
            defer { regions = [] }
            return regions
        }
        for region in regions { region.unmap() }
    }

    func take() -> MappedRegion? { self.regions.withLock { $0.popLast() } }

    func put(_ region: MappedRegion) {
        let isKept = self.regions.withLock { regions in
            guard regions.count < Self.regionCountMax else { return false }
            regions.append(region)
            return true
        }
        if !isKept { region.unmap() }
    }
}
