internal import Commerce
package import HTTPServer

/// The routes of what is for sale.
package enum CatalogueRoutes {
    /// Every route of the catalogue.
    package static var table: [HTTPServiceRoute<CatalogueService>] {
        self.reading + self.concerts + self.posters + self.stages + self.team
    }

    static let prefix = "/api/v1"
    package static let stageTag = "stages"
    package static let concertTag = "concerts"
    /// A concert with the longest description, or a stage with many blocked places.
    static let bodyByteCountMax = 256 * 1024

    static let invalid = HTTPProblemDescription(.badRequest, "invalid-request")
    static let badPage = HTTPProblemDescription(.badRequest, "invalid-cursor", "invalid-request")
    static let missing = HTTPProblemDescription(.notFound, "not-found")
    static let forbidden = HTTPProblemDescription(.forbidden, "forbidden")
    static let outdated = HTTPProblemDescription(.preconditionFailed, "version-mismatch")
    static let away = HTTPProblemDescription(
        .serviceUnavailable, "overloaded", "database-unavailable", saysWhenToRetry: true)

    static func id(_ about: String) -> HTTPParameterDescription {
        HTTPParameterDescription(.path, "id", .integer(1...CatalogueNumber.max), about: about)
    }

    static let concert = Self.id("The concert.")
    static let ifMatch = HTTPParameterDescription(
        .header, "If-Match", .string(JSONStringRule(lengthMax: 100)),
        about: "The version that the change is made for, or the entity tag: \"3\". Any without it.")

    /// The same at the path without the prefix too.
    static func both(_ route: HTTPServiceRoute<CatalogueService>) -> [HTTPServiceRoute<CatalogueService>] {
        [route, route.alias(String(route.unbound.path.dropFirst(self.prefix.count)))]
    }

    static func pages<Item: JSONEncodable>(of item: Item) -> [Page<Item>] {
        [Page(items: [item], next: PageCursor("example", .number(17))), Page(items: [item], next: nil)]
    }
}
