internal import HLSPackager
internal import Reactor
internal import Ticketing

/// Posters are made anew by what makes pictures of streams, on a thread of their own.
struct ThumbnailPosterEncoder: PosterEncoder {
    private let pool = BlockingPool(name: "poster", threadCount: 1, waitingCountMax: Self.waitingCountMax)
    private let maker: ThumbnailMaker

    /// Posters that wait to be made; a further one is refused as overload.
    private static let waitingCountMax = 16
    private static let sideMax = 1600

    init() {
        var limits = ThumbnailLimits()
        limits.sideMax = Self.sideMax
        limits.pictureSideMax = CatalogueLimits.posterSideMax
        limits.pixelCountMax = CatalogueLimits.posterPixelCountMax
        limits.inputByteCountMax = CatalogueLimits.posterByteCountMax
        limits.outputByteCountMax = CatalogueLimits.posterByteCountMax
        self.maker = ThumbnailMaker(limits: limits)
    }

    func encode(_ bytes: [UInt8]) async throws -> EncodedPoster {
        try await self.pool.run { [maker] in
            let kind: StillPicture = bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) ? .png : .jpeg
            do {
                let picture = try maker.picture(ofStill: bytes.span.bytes, kind)
                return EncodedPoster(jpeg: picture.jpeg, width: picture.width, height: picture.height)
            } catch ThumbnailError.outOfMemory { throw ThumbnailError.outOfMemory } catch { throw PosterUnreadable() }
        }
    }
}
