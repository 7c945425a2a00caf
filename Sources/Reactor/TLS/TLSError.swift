internal import COpenSSL

/// OpenSSL refused something that the operator gave us: a file that is missing, malformed, or does not match.
package struct TLSError: Error, CustomStringConvertible {
    /// What was tried, with the file's name where there is one.
    package let attempt: String
    /// OpenSSL's own words, oldest error first.
    package let detail: String

    /// Takes, and empties, the calling thread's error queue.
    init(_ attempt: String) {
        self.attempt = attempt
        var texts: [String] = []
        var code = ERR_get_error()
        while code != 0 {
            var text = [CChar](repeating: 0, count: 256)
            ERR_error_string_n(code, &text, text.count)
            texts.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            code = ERR_get_error()
        }
        self.detail = texts.isEmpty ? "no detail" : texts.joined(separator: "; ")
    }

    package var description: String { "\(self.attempt): \(self.detail)" }
}
