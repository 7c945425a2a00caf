package import HTTPServer

/// Which page of a list a request asks for, by `cursor` and `limit`.
package struct PageRequest: Equatable, Sendable {
    package static let limitMax = 100
    package static let limitDefault = 20

    /// How many items at most; one more is asked of the database, see `Page`.
    package let limit: Int
    /// Where the page before ended; nil for the first.
    package let cursor: PageCursor?

    /// `list` names the list, as the cursors of its pages do. Throws `invalid-request` for a limit that is no number
    /// of 1 to `limitMax`, and `invalid-cursor` for what no page of this list has told.
    package init(_ query: HTTPQuery, of list: StaticString) throws(HTTPProblem) {
        self.cursor = try query.single("cursor").map { (text) throws(HTTPProblem) in
            try PageCursor(text, of: list)
        }
        self.limit = Int(try query.number("limit", in: 1...Int64(Self.limitMax)) ?? Int64(Self.limitDefault))
    }
}
