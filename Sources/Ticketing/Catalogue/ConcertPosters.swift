internal import Crypto
internal import HTTPServer
internal import Postgres
internal import Primitives

/// Posters of concerts.
final class ConcertPosters: Sendable {
    private let database: PostgresDatabase
    private let access: CatalogueAccess
    private let encoder: any PosterEncoder
    private let metrics: CatalogueMetrics

    init(database: PostgresDatabase, access: CatalogueAccess, encoder: any PosterEncoder, metrics: CatalogueMetrics) {
        self.database = database
        self.access = access
        self.encoder = encoder
        self.metrics = metrics
    }

    static let unreadable = HTTPProblem(
        .unprocessableContent, code: "picture-unreadable", detail: "The picture cannot be decoded.")
    static let noPicture = HTTPProblem(
        .unsupportedMediaType, code: "content-type-not-picture", detail: "A JPEG or PNG is taken.")
    static let badSize = HTTPProblem(
        .unprocessableContent, code: "picture-size",
        detail: "Sides of \(CatalogueLimits.posterSideMin) to \(CatalogueLimits.posterSideMax) pixels, and at most "
            + "\(CatalogueLimits.posterPixelCountMax) pixels in all.")

    /// Returns what the poster is known by.
    func put(_ bytes: [UInt8], of concert: Int64, by caller: HTTPCaller) async throws -> String {
        try await self.access.requireManager(of: concert, caller)
        guard let head = PictureHead(bytes) else { throw Self.noPicture }
        let sides = CatalogueLimits.posterSideMin...CatalogueLimits.posterSideMax
        guard sides.contains(head.width), sides.contains(head.height),
            head.width * head.height <= CatalogueLimits.posterPixelCountMax
        else { throw Self.badSize }
        let poster: EncodedPoster
        do {
            poster = try await self.encoder.encode(bytes)
        } catch is PosterUnreadable {
            throw Self.unreadable
        }
        let digest = Array(SHA256.hash(poster.jpeg).prefix(16))
        try await self.database.transaction("concert_poster", actor: caller.actor) { transaction in
            guard try await transaction.run(CatalogueStatements.lockConcert, concert).first != nil else {
                throw HTTPProblem.notFound
            }
            _ = try await transaction.run(
                CatalogueReadStatements.putPoster, concert, poster.jpeg, poster.width, poster.height, digest)
        }
        self.metrics.changed("poster")
        return Self.text(digest)
    }

    /// What the poster is known by, and whether all may see it; nil without one.
    func digest(of concert: Int64) async throws -> (digest: String, isPublic: Bool)? {
        guard let row = try await self.database.run(CatalogueReadStatements.posterDigest, concert).first else {
            return nil
        }
        return (try row.get(0), try row.get(1))
    }

    func poster(of concert: Int64) async throws -> (jpeg: [UInt8], digest: String)? {
        guard let row = try await self.database.run(CatalogueReadStatements.poster, concert).first else { return nil }
        return (try row.get(0), try row.get(1))
    }

    /// Hexadecimal, as the database writes it.
    private static func text(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
