/// Members as their own part of the house knows them: by address, and by name. Nobody here keeps either.
package protocol MemberDirectory: Sendable {
    /// Nil when nobody has the address, or may not be given tickets.
    func member(email: String) async throws -> Int64?
    /// By number. Whoever is gone has no name.
    func names(of members: [Int64]) async throws -> [Int64: String]
}
