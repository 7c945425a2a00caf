internal import MediaTypes

/// A codec that is not passed on, as its tag names it.
struct UnsupportedCodec: Hashable, Sendable {
    let kind: MediaKind
    /// Four characters, or the number of an old codec below 16.
    let code: UInt32

    /// The name in the words of an organizer.
    var name: String {
        switch (self.kind, self.code) {
        case (.video, 2): "Sorenson H.263"
        case (.video, 3), (.video, 6): "Screen Video"
        case (.video, 4), (.video, 5): "VP6"
        case (.audio, 0), (.audio, 3): "PCM"
        case (.audio, 1): "ADPCM"
        case (.audio, 4), (.audio, 5), (.audio, 6): "Nellymoser"
        case (.audio, 7), (.audio, 8): "G.711"
        case (.audio, 11): "Speex"
        default: self.code < 16 ? "number \(self.code)" : self.fourCharacters
        }
    }

    /// The four characters, anything that is not printable ASCII as a question mark.
    private var fourCharacters: String {
        let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self.code >> UInt32($0)) }
        return String(decoding: bytes.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
