internal import Commerce
internal import Crypto
internal import HTTPServer
internal import Primitives

/// Handlers that show concerts.
extension CatalogueService {
    func search(_ request: HTTPRequest) async throws -> HTTPResponse {
        let search = try ConcertSearch(request.decodeQuery())
        let found = try await self.guarded { try await self.reader.search(search) }
        var response = HTTPResponse(json: Self.page(found, of: ConcertSearch.list, limit: search.limit))
        response.fields.append(.cacheControl, "public, max-age=5")
        return response
    }

    func ownConcerts(_ request: HTTPRequest) async throws -> HTTPResponse {
        let caller = try Self.caller(of: request)
        let page = try PageRequest(request.decodeQuery(), of: "own-concerts")
        let below = try page.numberBelow()
        let found = try await self.guarded {
            try await self.reader.own(of: caller.memberID, below: below, limit: page.limit)
        }
        return Self.uncached(HTTPResponse(json: Self.page(found, of: "own-concerts", limit: page.limit)))
    }

    func allConcerts(_ request: HTTPRequest) async throws -> HTTPResponse {
        let query = try request.decodeQuery()
        let status = try query.choice(ConcertStatus.self, "status")
        let seller = try query.number("sellerId", in: 1...CatalogueNumber.max)
        let page = try PageRequest(query, of: "all-concerts")
        let below = try page.numberBelow()
        let found = try await self.guarded {
            try await self.reader.all(status: status, seller: seller, below: below, limit: page.limit)
        }
        return Self.uncached(HTTPResponse(json: Self.page(found, of: "all-concerts", limit: page.limit)))
    }

    private static func page(
        _ found: [ListedConcert], of list: StaticString, limit: Int
    ) -> Page<ListedConcertAnswer> {
        Page(found.map { ListedConcertAnswer(concert: $0) }, limit: limit) {
            PageCursor(list, .number($0.concert.summary.id))
        }
    }

    /// The tag begins with the version that changes are made for. What the server's clock says does not count in it.
    func concert(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let id = try Self.id(values)
        let detail = try await self.guarded {
            guard let detail = try await self.reader.detail(id) else { throw HTTPProblem.notFound }
            if !detail.isPublic { try await self.requireInsider(request, seller: detail.summary.sellerID) }
            return detail
        }
        var timeless = detail
        timeless.serverTime = WallClock(unixMilliseconds: 0)
        var writer = JSONWriter()
        ConcertDetailAnswer(detail: timeless).encode(to: &writer)
        let digest = Base64URL.string(SHA256.hash(writer.bytes).prefix(9))
        var response = HTTPResponse(json: ConcertDetailAnswer(detail: detail))
        // An error cannot come: the value is of digits and of characters of Base64.
        try? response.fields.append(.etag, checking: "W/\"\(detail.version).\(digest)\"")
        response.fields.append(.cacheControl, detail.isPublic ? "no-cache" : "private, no-store")
        return response
    }

    func poster(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let id = try Self.id(values)
        let (response, isPublic) = try await self.guarded {
            guard let known = try await self.posters.digest(of: id) else { throw HTTPProblem.notFound }
            if !known.isPublic {
                guard let detail = try await self.reader.detail(id) else { throw HTTPProblem.notFound }
                try await self.requireInsider(request, seller: detail.summary.sellerID)
            }
            let tag = "\"\(known.digest)\""
            if let list = request.fields.bytes(.ifNoneMatch),
                HTTPEntityTag.list(list, names: Array(tag.utf8)[...], weakly: true)
            {
                return (Self.poster(HTTPResponse(.notModified), digest: known.digest), known.isPublic)
            }
            guard let poster = try await self.posters.poster(of: id) else { throw HTTPProblem.notFound }
            var response = HTTPResponse(.ok, body: .bytes(poster.jpeg))
            response.fields.append(.contentType, "image/jpeg")
            return (Self.poster(response, digest: poster.digest), known.isPublic)
        }
        var answer = response
        answer.fields.append(.cacheControl, isPublic ? "public, max-age=60" : "private, no-store")
        return answer
    }

    private static func poster(_ response: HTTPResponse, digest: String) -> HTTPResponse {
        var response = response
        // An error cannot come: the digest is of hexadecimal digits.
        try? response.fields.append(.etag, checking: "\"\(digest)\"")
        return response
    }
}
