internal import HTTPServer
package import Primitives

/// A playlist as it is sent, to everyone: made once, shared by all answers.
package struct RenderedPlaylist: Sendable {
    package let plain: SharedBytes
    /// For players that take gzip, as all do that matter; nil where it would not be smaller.
    package let compressed: SharedBytes?

    /// zlib's fast level: playlists repeat themselves so much that more work saves little.
    static let compressionLevel: Int32 = 1

    package init(_ playlist: [UInt8]) {
        self.plain = SharedBytes(playlist)
        self.compressed = HTTPGzip.compress(playlist, level: Self.compressionLevel).map { SharedBytes($0) }
    }

    /// One that there is no time to compress.
    init(uncompressed playlist: [UInt8]) {
        self.plain = SharedBytes(playlist)
        self.compressed = nil
    }
}
