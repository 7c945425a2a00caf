/// What `connect` said that is of use later.
struct ConnectRequest: Sendable {
    /// Bits of `capsEx`, Enhanced RTMP v2.
    static let reconnectCapability: UInt32 = 1
    static let multitrackCapability: UInt32 = 2
    static let modExCapability: UInt32 = 4
    static let nanosecondCapability: UInt32 = 8

    var url = ""
    var application = ""
    /// Zero or three, as the client asked for.
    var objectEncoding = 0.0
    /// The client spoke of Enhanced RTMP, and so wants to hear what the server can do of it.
    var isEnhanced = false
    var capabilities: UInt32 = 0

    init() {}

    /// Nil without an object of properties.
    init?(_ object: AMFValue) {
        guard object.properties != nil else { return nil }
        self.url = object["tcUrl"]?.string ?? ""
        self.application = object["app"]?.string ?? ""
        self.objectEncoding = object["objectEncoding"]?.number == 3 ? 3 : 0
        self.capabilities = object["capsEx"]?.number.flatMap { UInt32(exactly: $0.rounded(.down)) } ?? 0
        self.isEnhanced =
            object["capsEx"] != nil || object["fourCcList"] != nil || object["videoFourCcInfoMap"] != nil
            || object["audioFourCcInfoMap"] != nil
    }
}
