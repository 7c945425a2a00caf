/// Media types by file name, and which of them are text.
package enum HTTPMediaType {
    /// Of a file's name; unknown endings are bytes that the browser saves.
    package static func ofFile(named name: String) -> StaticString {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return "application/octet-stream" }
        return switch name[name.index(after: dot)...].lowercased() {
        case "html", "htm": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "json", "map": "application/json"
        case "webmanifest": "application/manifest+json"
        case "txt": "text/plain; charset=utf-8"
        case "md": "text/markdown; charset=utf-8"
        case "xml": "application/xml"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "gif": "image/gif"
        case "webp": "image/webp"
        case "avif": "image/avif"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "woff": "font/woff"
        case "wasm": "application/wasm"
        case "m3u8": "application/vnd.apple.mpegurl"
        case "mp4", "m4s": "video/mp4"
        case "ts": "video/mp2t"
        case "webm": "video/webm"
        case "mp3": "audio/mpeg"
        case "pdf": "application/pdf"
        default: "application/octet-stream"
        }
    }

    /// Whether a body of this type gets smaller by compression.
    static func isText(_ type: ArraySlice<UInt8>) -> Bool {
        let end = type.firstIndex(of: UInt8(ascii: ";")) ?? type.endIndex
        let name = HTTPText.trimmed(type[..<end])
        if HTTPText.hasPrefix(name, "text/") { return !HTTPText.equals(name, "text/event-stream") }
        let others: [StaticString] = [
            "application/json", "application/problem+json", "application/manifest+json", "application/xml",
            "application/javascript", "application/vnd.apple.mpegurl", "application/wasm", "image/svg+xml",
        ]
        return others.contains { HTTPText.equals(name, $0) }
    }
}
