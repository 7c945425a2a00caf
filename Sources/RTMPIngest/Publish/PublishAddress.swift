package import Observability

/// Where a publisher wants to publish, whichever of the many ways its program put application and key together.
package struct PublishAddress: Equatable, Sendable {
    /// The application, as `live` in `rtmp://host/live/key`.
    package var application: String
    /// What may be the key, likeliest first; the authorizer takes the first that it knows. Never logged.
    package var keys: [Secret<String>]

    package init(application: String, keys: [Secret<String>]) {
        self.application = application
        self.keys = keys
    }

    package static func == (left: PublishAddress, right: PublishAddress) -> Bool {
        left.application == right.application && left.keys.map { $0.reveal() } == right.keys.map { $0.reveal() }
    }
}
