internal import HTTPServer
internal import Observability
internal import Primitives

/// What opens a show. The address is as good as the ticket, for as long as nobody opens it with another.
struct PlaybackAnswer: JSONEncodable {
    let issued: IssuedPlayback

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("playlistUrl", self.issued.playlistURL.reveal())
            writer.member("expiresAt", self.issued.expiresAt.rfc3339)
            writer.member("sessionId", self.issued.session.text)
        }
    }

    static let example = PlaybackAnswer(
        issued: IssuedPlayback(
            session: PlaybackSessionID(number: 2, random: 0x1c0f_fee0),
            playlistURL: Secret(
                "https://podo.example/p/AQEAAAAAAAAABQAAAAAAAAAHHA_-4AAAAAIAAGofMYDK7cTbPO5G8ZmQhd0r1pX2/index.m3u8"),
            expiresAt: WallClock(unixMilliseconds: 1_780_429_200_000)))
}

struct PlaybackListAnswer: JSONEncodable {
    let sessions: [PlaybackSession]

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in writer.member("items", self.sessions.map(PlaybackSessionAnswer.init)) }
    }

    static let example = PlaybackListAnswer(sessions: [
        PlaybackSession(
            id: PlaybackSessionID(number: 2, random: 0x1c0f_fee0), device: "Chrome on Windows",
            beganAt: WallClock(unixMilliseconds: 1_780_308_000_000),
            expiresAt: WallClock(unixMilliseconds: 1_780_429_200_000), ended: nil,
            firstWatchedAt: WallClock(unixMilliseconds: 1_780_308_003_000),
            lastWatchedAt: WallClock(unixMilliseconds: 1_780_308_003_000), isWatching: true),
        PlaybackSession(
            id: PlaybackSessionID(number: 1, random: 0x2bad_cafe), device: "iPhone",
            beganAt: WallClock(unixMilliseconds: 1_780_307_000_000),
            expiresAt: WallClock(unixMilliseconds: 1_780_429_200_000),
            ended: (at: WallClock(unixMilliseconds: 1_780_308_000_000), why: .replaced), firstWatchedAt: nil,
            lastWatchedAt: nil, isWatching: false),
    ])
}

private struct PlaybackSessionAnswer: JSONEncodable {
    let session: PlaybackSession

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("sessionId", self.session.id.text)
            writer.member("device", self.session.device)
            writer.member("beganAt", self.session.beganAt.rfc3339)
            writer.member("expiresAt", self.session.expiresAt.rfc3339)
            writer.member("isWatching", self.session.isWatching)
            writer.member("firstWatchedAt", self.session.firstWatchedAt?.rfc3339)
            writer.member("lastWatchedAt", self.session.lastWatchedAt?.rfc3339)
            writer.member("endedAt", self.session.ended?.at.rfc3339)
            writer.member("endedFor", self.session.ended?.why.rawValue)
        }
    }
}
