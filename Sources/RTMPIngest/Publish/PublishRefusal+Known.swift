/// The refusals of this module itself; those of keys come from the authorizer.
extension PublishRefusal {
    static let inUse = PublishRefusal(
        .badName, label: "in-use", "Somebody publishes with this key already. Stop that first, or use another key.")
    static let tooManyWrongKeys = PublishRefusal(
        .badName, label: "too-many-wrong-keys",
        "Too many wrong stream keys came from this address. Check the key, wait a minute, then try again.")
    static let undecided = PublishRefusal(
        .denied, label: "undecided", "The server could not check the stream key in time. Try again.")
    static let stopping = PublishRefusal(.closed, label: "server-stopping", "The server stops. Try again in a moment.")
    static let bitRateExceeded = PublishRefusal(
        .denied, label: "bit-rate-exceeded", "The stream has a higher bitrate than this server allows. Lower it.")
    static let frameRateExceeded = PublishRefusal(
        .denied, label: "frame-rate-exceeded", "The stream has more pictures a second than this server allows.")
    package static let keyRevoked = PublishRefusal(
        .denied, label: "key-revoked", "This stream key was replaced or taken back. Ask for the new one.")
    static let replaced = PublishRefusal(
        .badName, label: "replaced", "Another publisher with the same key took over, since this one was not heard.")
}
