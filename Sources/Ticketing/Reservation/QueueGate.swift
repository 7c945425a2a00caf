/// Whether a member may buy at a concert now: whoever keeps the queue knows.
package protocol QueueGate: Sendable {
    /// - Parameter pass: What stood in the header `Queue-Pass`, if anything did.
    func mayBuy(concert: Int64, member: Int64, pass: String?) async throws -> Bool
}
