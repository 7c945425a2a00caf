package import HTTPServer
package import Postgres
package import Primitives

/// Everything that the routes of the catalogue work with.
package struct CatalogueService: Sendable {
    /// Who may change what: other parts ask this too.
    package let access: CatalogueAccess
    let stages: Stages
    let concerts: Concerts
    let reader: ConcertReader
    let teams: Teams
    let posters: ConcertPosters
    /// Asked who somebody is on routes that are open to all, when what he looks at is not.
    private let authorizer: any HTTPAuthorizer

    package init(
        database: PostgresDatabase, authorizer: any HTTPAuthorizer, posterEncoder: any PosterEncoder,
        directory: any MemberDirectory,
        remainingTime: TimeAmount = CatalogueLimits.remainingTime, metrics: CatalogueMetrics
    ) {
        self.access = CatalogueAccess(database: database)
        self.authorizer = authorizer
        self.stages = Stages(
            database: database, access: self.access, timeZones: TimeZoneNames(database: database), metrics: metrics)
        self.concerts = Concerts(stages: self.stages, metrics: metrics)
        self.reader = ConcertReader(database: database, remainingTime: remainingTime, metrics: metrics)
        self.teams = Teams(database: database, directory: directory, metrics: metrics)
        self.posters = ConcertPosters(
            database: database, access: self.access, encoder: posterEncoder, metrics: metrics)
    }

    // MARK: What handlers have in common

    /// Who asks. The router has let only members through to whoever calls this.
    static func caller(of request: HTTPRequest) throws(HTTPProblem) -> HTTPCaller {
        guard let caller = request.caller else { throw .internalError }
        return caller
    }

    /// Throws `not-found` unless whoever asks works for the seller: what is not for all is not told of.
    func requireInsider(_ request: HTTPRequest, seller: Int64) async throws {
        let caller: HTTPCaller
        do throws(HTTPProblem) {
            caller = try self.authorizer.caller(of: request, for: .member)
        } catch {
            throw HTTPProblem.notFound
        }
        let isInsider = try await self.access.isInsider(seller: seller, member: caller.memberID, role: caller.role)
        guard isInsider else { throw HTTPProblem.notFound }
    }

    /// What is no number of anything is not there.
    static func id(_ values: HTTPPathParameters, _ name: StaticString = "id") throws(HTTPProblem) -> Int64 {
        guard let bytes = values.bytes(name), let number = DecimalText.parse(bytes), let id = Int64(exactly: number),
            (1...CatalogueNumber.max).contains(id)
        else { throw .notFound }
        return id
    }

    /// Turns what the database says into what a client is told.
    func guarded<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw CatalogueProblems.told(of: error)
        }
    }

    /// The version that a change was made for (`If-Match`): `"3"`, or an entity tag that begins with it. Nil is any.
    static func version(of request: HTTPRequest) throws(HTTPProblem) -> Int? {
        guard let text = request.fields[.ifMatch], text != "*" else { return nil }
        let tag = text.hasPrefix("W/") ? text.dropFirst(2) : text[...]
        let digits = tag.dropFirst().prefix { $0 != "." && $0 != "\"" }
        guard tag.first == "\"", tag.last == "\"", tag.count >= 3, let version = DecimalText.parse(Array(digits.utf8))
        else { throw CatalogueProblems.versionMismatch }
        return version
    }

    static func uncached(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.fields.append(.cacheControl, "no-store")
        return response
    }

    static var empty: HTTPResponse { self.uncached(HTTPResponse(.noContent)) }
}
