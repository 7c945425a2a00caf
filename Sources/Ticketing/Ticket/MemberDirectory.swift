/// Whose members are found by address: tickets know none.
package protocol MemberDirectory: Sendable {
    /// Nil when nobody has the address, or may not be given tickets.
    func member(email: String) async throws -> Int64?
}
