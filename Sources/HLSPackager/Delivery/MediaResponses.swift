internal import HTTPServer
internal import Primitives

/// Everything that is served, as finished answers, but for their bodies.
///
/// Nothing in them depends on who asks, so that caches may hold them for all: a playlist for a moment, and one that was
/// waited for as long as RFC 8216bis App. B.1 allows, for its URL will never be asked for again; media for an hour,
/// because a name keeps its bytes.
struct MediaResponses: Sendable {
    private let playlistFields: HTTPFields
    private let blockedPlaylistFields: HTTPFields
    private let mediaCacheControl: String

    init(_ promises: PlaylistPromises, _ limits: DeliveryLimits) {
        let cacheSeconds = min(limits.playlistCacheSeconds, promises.targetDurationSeconds / 2)
        self.playlistFields = Self.playlistFields(cacheSeconds: cacheSeconds)
        self.blockedPlaylistFields = Self.playlistFields(cacheSeconds: promises.targetDurationSeconds * 6)
        self.mediaCacheControl = "public, max-age=\(limits.mediaCacheSeconds), immutable"
    }

    private static func playlistFields(cacheSeconds: Int) -> HTTPFields {
        var fields = HTTPFields()
        fields.append(.contentType, "application/vnd.apple.mpegurl")
        // An error cannot come: the value is made of digits.
        try? fields.append(.cacheControl, checking: "public, max-age=\(cacheSeconds)")
        fields.append(.vary, "accept-encoding")
        // Before the media that are on their way on the same connection (RFC 9218; RFC 8216bis App. B.1).
        fields.append(HTTPFieldName("priority"), "u=1")
        fields.append(contentsOf: HTTPOpenFields.answer)
        return fields
    }

    /// A playlist is always sent whole: what it was when a range of it was asked for, it is no more.
    func playlist(_ playlist: RenderedPlaylist, asksForGzip: Bool, hasWaited: Bool) -> HTTPResponse {
        var fields = hasWaited ? self.blockedPlaylistFields : self.playlistFields
        var body = playlist.plain
        if asksForGzip, let compressed = playlist.compressed {
            fields.append(.contentEncoding, "gzip")
            body = compressed
        }
        // A handle of this loop's own: viewers of other loops count their references elsewhere.
        let own = SharedBytes(body.unsafeBytes, of: body)
        var response = HTTPResponse(.ok, fields: fields, body: .shared(SharedSlice(own)))
        response.allowsRange = false
        response.addSecurityFields()
        return response
    }

    /// For the one who asks, who was admitted just now: no cache may give it to another.
    func key(_ key: SharedBytes) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, "application/octet-stream")
        fields.append(.cacheControl, "private, no-store")
        fields.append(contentsOf: HTTPOpenFields.answer)
        var response = HTTPResponse(.ok, fields: fields, body: .shared(SharedSlice(key)))
        response.allowsRange = false
        response.addSecurityFields()
        return response
    }

    /// Another picture comes by the same name when the interval is over.
    func poster(_ poster: Thumbnail, interval: TimeAmount) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, "image/jpeg")
        // Errors cannot come: the values are made of digits and what is written here.
        try? fields.append(.cacheControl, checking: "public, max-age=\(interval.nanoseconds / 1_000_000_000)")
        try? fields.append(
            .etag, checking: "\"p\(poster.number)-\(String(poster.capturedAt.unixMilliseconds, radix: 36))\"")
        fields.append(contentsOf: HTTPOpenFields.answer)
        var response = HTTPResponse(.ok, fields: fields, body: .shared(SharedSlice(poster.jpeg)))
        response.addSecurityFields()
        return response
    }

    /// Of a segment in which there is nothing in this form.
    func gap(_ sequence: Int, _ container: MediaContainer) -> HTTPResponse {
        // A handle of this loop's own, as above.
        let bytes = GapMedia.bytes(in: container)
        let own = SharedBytes(bytes.unsafeBytes, of: bytes)
        return self.media(container.segmentType, .shared(SharedSlice(own)), tag: "g\(sequence)")
    }

    func initialisation(_ section: RenditionSnapshot.Initialisation) -> HTTPResponse {
        // The same number may stand for another section after a start from nothing: its bytes tell.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in section.bytes.unsafeBytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // A handle of this loop's own, as above.
        let own = SharedBytes(section.bytes.unsafeBytes, of: section.bytes)
        return self.media(
            "video/mp4", .shared(SharedSlice(own)), tag: "i\(section.number)-\(String(hash, radix: 36))")
    }

    /// - Parameter tag: Without quotes; no two bodies of one name may have the same.
    func media(_ type: StaticString, _ body: HTTPBody, tag: String) -> HTTPResponse {
        var fields = HTTPFields()
        fields.append(.contentType, type)
        // Errors cannot come: the values are made of digits and what is written here.
        try? fields.append(.cacheControl, checking: self.mediaCacheControl)
        try? fields.append(.etag, checking: "\"\(tag)\"")
        fields.append(.acceptRanges, "bytes")
        fields.append(contentsOf: HTTPOpenFields.answer)
        var response = HTTPResponse(.ok, fields: fields, body: body)
        response.addSecurityFields()
        return response
    }
}

extension MediaContainer {
    /// Of a segment's bytes.
    var segmentType: StaticString { self == .transportStream ? "video/mp2t" : "video/iso.segment" }
}

extension HTTPProblem {
    /// For players and for people. Readable by pages of all origins, and never kept by caches.
    func mediaResponse(for request: borrowing HTTPRequest) -> HTTPResponse {
        var problem = self
        problem.fields.append(contentsOf: HTTPOpenFields.answer)
        return problem.response(for: request)
    }

    /// To somebody whose request is not at hand any more.
    var laterMediaResponse: HTTPResponse {
        self.mediaResponse(
            for: HTTPRequest(
                method: .get, version: .http1_1, target: [], pathCount: 0, authority: [], fields: HTTPFields()))
    }

    static let notLiveYet = HTTPProblem(
        .notFound, code: "not-live-yet", detail: "This stream has not begun. Try again when it does.")
    static let streamEnded = HTTPProblem(.gone, code: "stream-ended", detail: "This stream is over.")
    static let mediaGone = HTTPProblem(
        .gone, code: "media-gone", detail: "This was part of the stream, but is too old to be kept.")
    static let noPoster = HTTPProblem(
        .notFound, code: "no-poster", detail: "There is no picture of this stream yet.")
    static let partAbandoned = HTTPProblem(
        .notFound, code: "part-abandoned", detail: "The segment ended without this part. Read the playlist again.")

    static func comeBack(_ code: StaticString, _ detail: String) -> HTTPProblem {
        var problem = HTTPProblem(.serviceUnavailable, code: code, detail: detail)
        problem.fields.append(.retryAfter, 1)
        return problem
    }

    static let blockedTooLong = comeBack(
        "blocked-too-long", "Nothing new has come for a while: the publisher is silent. Try again.")
    static let notReady = comeBack("not-ready-yet", "The stream has begun, but there is too little of it to play yet.")
    static let serverEnds = comeBack("server-ends", "The server is being stopped or started anew. Try again.")
    static let tooManyWaiting = comeBack("too-many-waiting", "Too many requests wait already. Try again.")
}
