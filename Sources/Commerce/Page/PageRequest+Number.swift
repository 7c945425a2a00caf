package import HTTPServer

/// Pages of lists that are sorted by one falling number, as most are: newest first.
extension PageRequest {
    /// Behind which number the page begins. Throws `invalid-cursor` for what no page of such a list has told.
    package func numberBelow() throws(HTTPProblem) -> Int64 { try self.cursor?.number(0) ?? .max }
}
