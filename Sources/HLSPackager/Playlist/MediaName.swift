internal import Primitives

/// The names of everything a stream serves, relative to the folder that its multivariant playlist is in.
///
/// | name | what |
/// |---|---|
/// | `index.m3u8`, `index.plain.m3u8` | multivariant playlist, by form |
/// | `main.m3u8`, `main.plain.m3u8` | media playlist of a rendition, by form |
/// | `key.3.bin` | key of segments of all renditions, by its number |
/// | `poster.jpg` | small picture of what the stream shows |
/// | `main/init.0.mp4` | initialisation section, by its number |
/// | `main/17.m4s`, `main/17.ts` | segment, by its sequence |
/// | `main/17.3.m4s` | part, by its segment's sequence and its own number |
///
/// A rendition is `main`, `v1` and on, or `a1` and on. A form is `plain`, `ts`, `event` or `vod`; the low-latency form
/// has no label. All names are relative, so that a ticket in the path before them holds for all of them; the segment's
/// name holds its sequence and nothing else that moves, because the same sequence must keep its URI (RFC 8216bis
/// §6.3.4). Each name has one spelling: there are no leading zeros and no escapes.
package enum MediaName: Hashable, Sendable {
    case multivariant(PlaylistForm)
    case playlist(RenditionID, PlaylistForm)
    case key(number: Int)
    /// The latest picture of the stream, as a JPEG file.
    case poster
    case initialisation(RenditionID, number: Int)
    case segment(RenditionID, sequence: Int, MediaContainer)
    case part(RenditionID, sequence: Int, part: Int)

    /// Appends the name, which needs no quoting in any playlist or path.
    package func append(to bytes: inout [UInt8]) {
        switch self {
        case .multivariant(let form):
            bytes.append("index")
            Self.append(form, to: &bytes)
        case .playlist(let id, let form):
            id.append(to: &bytes)
            Self.append(form, to: &bytes)
        case .key(let number):
            bytes.append("key.")
            bytes.append(decimal: number)
            bytes.append(".bin")
        case .poster: bytes.append("poster.jpg")
        case .initialisation(let id, let number):
            id.append(to: &bytes)
            bytes.append("/init.")
            bytes.append(decimal: number)
            bytes.append(".mp4")
        case .segment(let id, let sequence, let container):
            id.append(to: &bytes)
            bytes.append(UInt8(ascii: "/"))
            bytes.append(decimal: sequence)
            bytes.append(container == .transportStream ? ".ts" : ".m4s")
        case .part(let id, let sequence, let part):
            id.append(to: &bytes)
            bytes.append(UInt8(ascii: "/"))
            bytes.append(decimal: sequence)
            bytes.append(UInt8(ascii: "."))
            bytes.append(decimal: part)
            bytes.append(".m4s")
        }
    }

    private static func append(_ form: PlaylistForm, to bytes: inout [UInt8]) {
        if let label = form.label {
            bytes.append(UInt8(ascii: "."))
            bytes.append(label)
        }
        bytes.append(".m3u8")
    }
}
