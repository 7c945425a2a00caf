/// What the server can do of Enhanced RTMP v2, as `connect` is answered to clients that speak it.
enum EnhancedCapabilities {
    static let videoCodes = ["avc1", "hvc1", "av01", "vp09"]
    static let audioCodes = ["mp4a", "Opus", "ac-3", "ec-3", "fLaC", ".mp3"]

    static let properties = [
        AMFProperty("fourCcList", .strictArray((Self.videoCodes + Self.audioCodes).map { .string($0) })),
        AMFProperty("videoFourCcInfoMap", Self.map(Self.videoCodes)),
        AMFProperty("audioFourCcInfoMap", Self.map(Self.audioCodes)),
        AMFProperty("capsEx", .number(Double(Self.capabilities))),
    ]

    private static let capabilities =
        ConnectRequest.reconnectCapability | ConnectRequest.multitrackCapability | ConnectRequest.modExCapability
        | ConnectRequest.nanosecondCapability

    /// Passed on as it comes: neither decoded nor encoded.
    private static func map(_ codes: [String]) -> AMFValue {
        let canForward = 4.0
        return .object(codes.map { AMFProperty($0, .number(canForward)) })
    }
}
