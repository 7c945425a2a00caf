/// What a listener is told.
package enum PostgresNotification: Equatable, Sendable {
    /// Somebody said NOTIFY with this payload.
    case message(String)
    /// From here on every message arrives. Before, some may have been lost: read what they would have been about.
    case resynchronize
}
