/// Makes of a picture that a stranger has sent one of our own: decoded, made smaller where it is larger than a poster
/// needs, and written anew, so that nothing of the stranger's bytes is sent to anybody.
package protocol PosterEncoder: Sendable {
    /// `bytes` begin as a JPEG or PNG does, and say that they are of bounded size. Throws `PosterUnreadable` for what
    /// cannot be decoded.
    func encode(_ bytes: [UInt8]) async throws -> EncodedPoster
}

/// A poster as it is stored and sent.
package struct EncodedPoster: Equatable, Sendable {
    package let jpeg: [UInt8]
    package let width: Int
    package let height: Int

    package init(jpeg: [UInt8], width: Int, height: Int) {
        self.jpeg = jpeg
        self.width = width
        self.height = height
    }
}

package struct PosterUnreadable: Error {
    package init() {}
}
