internal import COpenSSL

/// Why a secure connection failed.
package enum TLSFailure: CaseIterable, Sendable {
    /// No version, cipher, group or application protocol is known to both sides.
    case noSharedProtocol
    /// A client that speaks HTTP without TLS.
    case plaintextHTTP
    /// The peer does not trust our certificate.
    case badCertificate
    /// The peer gave up, for a reason of its own.
    case peerAlert
    /// The handshake took too long.
    case timeout
    /// The peer breaks the protocol.
    case protocolError
    /// Our own side failed; memory may be short.
    case `internal`

    /// The word of a metric label.
    package var label: StaticString {
        switch self {
        case .noSharedProtocol: "tls-no-shared-protocol"
        case .plaintextHTTP: "tls-plaintext-http"
        case .badCertificate: "tls-bad-certificate"
        case .peerAlert: "tls-peer-alert"
        case .timeout: "tls-timeout"
        case .protocolError: "tls-protocol-error"
        case .internal: "tls-internal"
        }
    }

    /// Takes, and empties, the calling thread's error queue: the oldest error is the cause.
    static func take() -> TLSFailure {
        let code = ERR_peek_error()
        ERR_clear_error()
        // As ERR_GET_REASON does it; the highest bit would say that the system failed, not the protocol.
        guard code & 0x8000_0000 == 0 else { return .internal }
        return TLSFailure(reason: CInt(code & 0x7f_ffff))
    }

    private init(reason: CInt) {
        switch reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST:
            self = .plaintextHTTP
        case SSL_R_NO_SHARED_CIPHER, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_APPLICATION_PROTOCOL,
            SSL_R_VERSION_TOO_LOW, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SHARED_GROUPS,
            SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
            self = .noSharedProtocol
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
            SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            self = .badCertificate
        case SSL_AD_REASON_OFFSET...SSL_AD_REASON_OFFSET + 255:
            self = .peerAlert
        default:
            self = .protocolError
        }
    }
}
