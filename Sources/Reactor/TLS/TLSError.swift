internal import COpenSSL
internal import Glibc

/// OpenSSL refused something that the operator gave us: a file that is missing, malformed, or does not match.
package struct TLSError: Error, CustomStringConvertible {
    /// What is wrong, in plain words, with the file's name where there is one.
    package let sentence: String
    /// OpenSSL's own words, oldest error first.
    package let detail: String

    package var description: String { "\(self.sentence) (\(self.detail))" }

    /// Takes, and empties, the calling thread's error queue.
    init(_ sentence: String) { self.init { _ in sentence } }

    /// A certificate file that was not taken.
    static func certificate(_ file: String) -> TLSError {
        TLSError { codes in
            if let reason = self.systemReason(codes) { return "\(file) cannot be read: \(reason)" }
            return codes.contains { ERR_GET_LIB($0) == ERR_LIB_PEM }
                ? "\(file) holds no certificate in PEM form" : "the certificate in \(file) is refused"
        }
    }

    /// A key file that was not taken beside its certificate.
    static func key(_ file: String, of certificate: String) -> TLSError {
        TLSError { codes in
            if let reason = self.systemReason(codes) { return "\(file) cannot be read: \(reason)" }
            func holds(_ library: CInt, _ reason: CInt? = nil) -> Bool {
                codes.contains { ERR_GET_LIB($0) == library && (reason ?? ERR_GET_REASON($0)) == ERR_GET_REASON($0) }
            }
            if holds(ERR_LIB_X509) || holds(ERR_LIB_SSL, SSL_R_NO_CERTIFICATE_ASSIGNED) {
                return "\(file) is not the key of \(certificate)"
            }
            if holds(ERR_LIB_PEM, PEM_R_BAD_PASSWORD_READ) { return "\(file) is locked with a passphrase" }
            if holds(ERR_LIB_OSSL_DECODER) { return "\(file) holds no private key in PEM form" }
            return "the key in \(file) is refused"
        }
    }

    private init(_ sentence: (_ codes: [UInt]) -> String) {
        var codes: [UInt] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { break }
            codes.append(code)
        }
        self.sentence = sentence(codes)
        self.detail = codes.isEmpty ? "no detail" : codes.map(Self.text).joined(separator: "; ")
    }

    private static func systemReason(_ codes: [UInt]) -> String? {
        codes.first { ERR_GET_LIB($0) == ERR_LIB_SYS }.map { String(cString: strerror(ERR_GET_REASON($0))) }
    }

    private static func text(_ code: UInt) -> String {
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
