internal import HLSPackager
internal import HTTPServer
internal import Primitives
internal import Reactor
internal import Ticketing

/// Posters of concerts, decoded and written anew by the packager's libav on a thread of their own.
final class PosterPictures: PosterEncoder {
    /// Of those that wait each holds a picture of some megabytes.
    private static let waitingCountMax = 4
    private static let niceness = 5

    private let pool = BlockingPool(
        name: "poster", threadCount: 1, waitingCountMax: PosterPictures.waitingCountMax,
        niceness: PosterPictures.niceness)
    private let maker: StillPictureMaker

    init() {
        var limits = ThumbnailLimits()
        limits.sideMax = 1200
        limits.inputByteCountMax = 8 * 1024 * 1024
        limits.pixelCountMax = 24_000_000
        limits.pictureSideMax = 12_000
        limits.outputByteCountMax = 2 * 1024 * 1024
        limits.quantizer = 3
        self.maker = StillPictureMaker(limits: limits)
    }

    func encode(_ bytes: [UInt8]) async throws -> EncodedPoster {
        do {
            let maker = self.maker
            let picture = try await self.pool.run { try maker.picture(of: bytes) }
            return EncodedPoster(jpeg: picture.jpeg, width: picture.width, height: picture.height)
        } catch is BlockingPoolFull {
            var problem = HTTPProblem(.serviceUnavailable, code: "overloaded")
            problem.fields.append(.retryAfter, 2)
            throw problem
        } catch let error as ThumbnailError {
            switch error {
            case .inputTooLarge, .pictureTooLarge, .undecodable, .unscalable, .outputTooLarge: throw PosterUnreadable()
            case .codecMissing, .outOfMemory: throw error
            }
        }
    }

    func stop() { self.pool.stop() }
}
