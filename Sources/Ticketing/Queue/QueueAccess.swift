package import HTTPServer

/// Who may change how a concert's queue moves.
package protocol QueueAccess: Sendable {
    /// Whether the caller sells this concert, or works for who does, or runs the site. False for a concert that is not
    /// there.
    func mayManageQueue(of concert: Int64, _ caller: HTTPCaller) async throws -> Bool
}
