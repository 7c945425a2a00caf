internal import HTTPServer

/// What of a stream a grade is for.
struct PlaybackDraft: JSONDecodable, JSONEncodable, Equatable, Sendable {
    /// Pictures up to this height; nil for all.
    var heightMax: Int?
    /// The recording too.
    var hasReplay = true
    /// On so many devices at the same time.
    var deviceCount = 1

    static var schemaName: String { "GradePlayback" }

    init(heightMax: Int? = nil, hasReplay: Bool = true, deviceCount: Int = 1) {
        self.heightMax = heightMax
        self.hasReplay = hasReplay
        self.deviceCount = deviceCount
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        self.heightMax = json.integer(
            "maxHeight", in: CatalogueLimits.heights, isRequired: false,
            about: "Pictures up to this height, as 720; of a stream that has none so small, the least. All by itself."
        ).map(Int.init)
        self.hasReplay =
            json.boolean("replay", isRequired: false, about: "The recording too; true by itself.") ?? true
        self.deviceCount =
            json.integer(
                "devices", in: CatalogueLimits.devices, isRequired: false,
                about: "So many may watch with one ticket at the same time; 1 by itself."
            ).map(Int.init) ?? 1
        guard json.errors.isEmpty else { throw json.failure }
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("maxHeight", self.heightMax)
            writer.member("replay", self.hasReplay)
            writer.member("devices", self.deviceCount)
        }
    }
}
