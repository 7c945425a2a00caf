internal import HTTPServer

/// What an organizer changes of a queue; what is left out stays.
struct QueueSettingsInput: JSONDecodable {
    let isEnabled: Bool?
    let admitPerSecond: Int64?
    let activeMax: Int64?
    let isPaused: Bool?
    let isForVerified: Bool?
    let isForOlder: Bool?

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.isEnabled = json.boolean("enabled", isRequired: false, about: "Whether members wait in a queue at all.")
        self.admitPerSecond = json.integer(
            "admitPerSecond", in: 1...100_000, isRequired: false, about: "Members admitted in a second at most.")
        self.activeMax = json.integer(
            "maxActive", in: 1...1_000_000, isRequired: false, about: "Members who may buy at the same time at most.")
        self.isPaused = json.boolean(
            "paused", isRequired: false, about: "While it is true, nobody else is admitted. Nobody loses a place.")
        self.isForVerified = json.boolean(
            "verifiedOnly", isRequired: false, about: "Whether only members join whose address is verified.")
        self.isForOlder = json.boolean(
            "olderAccountsOnly", isRequired: false,
            about: "Whether only those join who were members before the sale opens.")
        if !json.errors.isEmpty { throw json.failure }
    }
}
