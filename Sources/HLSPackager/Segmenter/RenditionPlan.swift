internal import MediaTypes

/// Which tracks go into which rendition.
///
/// The first picture and the first sound are muxed together, so that a viewer asks for one part and not for two.
/// Further pictures are muxed with the same sound: a ladder. Further sounds are renditions of their own.
struct RenditionPlan: Equatable, Sendable {
    var id: RenditionID
    var video: TrackID?
    var audio: TrackID?

    /// Of these tracks, by their numbers; at most `countMax`.
    static func plans(for tracks: [TrackID], countMax: Int) -> [RenditionPlan] {
        let videos = tracks.filter { $0.kind == .video }.sorted { $0.number < $1.number }
        let audios = tracks.filter { $0.kind == .audio }.sorted { $0.number < $1.number }
        guard !tracks.isEmpty else { return [] }
        var plans = [RenditionPlan(id: .main, video: videos.first, audio: audios.first)]
        plans += videos.dropFirst().map { RenditionPlan(id: .video($0.number), video: $0, audio: audios.first) }
        plans += audios.dropFirst().map { RenditionPlan(id: .audio($0.number), video: nil, audio: $0) }
        return Array(plans.prefix(countMax))
    }

    func has(_ track: TrackID) -> Bool { track == self.video || track == self.audio }
}
