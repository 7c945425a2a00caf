internal import COpenSSL
internal import Primitives

/// One loaded certificate with everything around it: never changes, and lives as long as a connection uses it.
final class TLSSettings: @unchecked Sendable {
    // SAFETY: the SSL_CTX is configured in `init` and only read afterwards, which OpenSSL allows from any thread;
    // the protocol list is written in `init` and freed in `deinit`.
    let raw: OpaquePointer
    /// The protocols as ALPN writes them: each behind its length. OpenSSL points into this memory.
    private let protocolList: UnsafeMutableBufferPointer<UInt8>
    /// What a peer without ALPN speaks.
    let protocolWithoutNegotiation: String?
    private let ticketKeys: TLSTicketKeys
    /// The kernel seals what is sent.
    let usesKernel: Bool

    /// Forward secrecy and AEAD only. AES-128 first: it costs less than AES-256 and is not the weakest part.
    private static let cipherNames =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    private static let cipherSuiteNames =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    private static let groupNames = "X25519:P-256:P-384"

    init(
        certificateFile: String, keyFile: String, applicationProtocols: [String], ticketKeys: TLSTicketKeys,
        usesKernel: Bool
    ) throws(TLSError) {
        podo_openssl_outlives_exit()
        ERR_clear_error()
        guard let raw = SSL_CTX_new(TLS_server_method()) else { throw TLSError("OpenSSL does not start") }
        self.raw = raw
        let wireList = applicationProtocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        self.protocolList = .allocate(capacity: wireList.count)
        _ = self.protocolList.initialize(from: wireList)
        self.protocolWithoutNegotiation = applicationProtocols.last
        self.ticketKeys = ticketKeys
        self.usesKernel = usesKernel
        try self.configure()
        try self.load(certificateFile: certificateFile, keyFile: keyFile)
        self.installCallbacks()
    }

    deinit {
        SSL_CTX_free(self.raw)
        self.protocolList.deallocate()
    }

    private func configure() throws(TLSError) {
        podo_ssl_set_strict_options(self.raw)
        podo_ssl_set_read_ahead(self.raw)
        podo_ssl_release_idle_buffers(self.raw)
        podo_ssl_keep_no_sessions(self.raw)
        SSL_CTX_set_timeout(self.raw, Int(TLSTicketKeys.rotationTime.seconds))
        guard podo_ssl_set_lowest_version(self.raw, TLS1_2_VERSION) == 1,
            SSL_CTX_set_cipher_list(self.raw, Self.cipherNames) == 1,
            SSL_CTX_set_ciphersuites(self.raw, Self.cipherSuiteNames) == 1,
            podo_ssl_set_groups(self.raw, Self.groupNames) == 1,
            SSL_CTX_set_num_tickets(self.raw, 1) == 1
        else { throw TLSError("OpenSSL refuses the TLS settings") }
    }

    private func load(certificateFile: String, keyFile: String) throws(TLSError) {
        // A key under a passphrase is an error: asking the terminal would hang the server.
        SSL_CTX_set_default_passwd_cb(self.raw) { _, _, _, _ in -1 }
        guard SSL_CTX_use_certificate_chain_file(self.raw, certificateFile) == 1 else {
            throw TLSError.certificate(certificateFile)
        }
        guard SSL_CTX_use_PrivateKey_file(self.raw, keyFile, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(self.raw) == 1
        else { throw TLSError.key(keyFile, of: certificateFile) }
    }

    /// The callbacks find these settings through the SSL_CTX; connections hold the settings, so they are there.
    private func installCallbacks() {
        let unmanaged = Unmanaged.passUnretained(self).toOpaque()
        SSL_CTX_set_ex_data(self.raw, Self.extraDataIndex, unmanaged)
        SSL_CTX_set_tlsext_ticket_key_evp_cb(self.raw) { ssl, name, vector, cipher, mac, isSealing in
            guard let ssl, let name, let vector, let cipher, let mac, let settings = TLSSettings.of(ssl) else {
                return -1
            }
            return settings.prepareTicket(
                ssl, name: name, vector: vector, cipher: cipher, mac: mac, isSealing: isSealing == 1)
        }
        guard !self.protocolList.isEmpty else { return }
        SSL_CTX_set_alpn_select_cb(
            self.raw,
            { ssl, chosen, chosenCount, offered, offeredCount, _ in
                guard let ssl, let chosen, let settings = TLSSettings.of(ssl) else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                var start: UnsafeMutablePointer<UInt8>?
                let result = SSL_select_next_proto(
                    &start, chosenCount, settings.protocolList.baseAddress, UInt32(settings.protocolList.count),
                    offered, offeredCount)
                guard result == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                chosen.pointee = UnsafePointer(start)
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }

    /// Slot 0 of an SSL_CTX's extra data is the application's by OpenSSL's convention.
    private static let extraDataIndex: CInt = 0

    private static func of(_ ssl: OpaquePointer) -> TLSSettings? {
        guard let pointer = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), self.extraDataIndex) else { return nil }
        return Unmanaged<TLSSettings>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// What OpenSSL's ticket callback returns: -1 failed, 0 unknown key, 1 good, 2 good but send a fresh ticket. In
    /// TLS 1.3 a ticket is meant to be used once, so each one is followed by the next.
    private func prepareTicket(
        _ ssl: OpaquePointer, name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>,
        cipher: OpaquePointer, mac: OpaquePointer, isSealing: Bool
    ) -> CInt {
        if isSealing {
            let key = self.ticketKeys.keyForSealing()
            return key.prepareSealing(name: name, vector: vector, cipher: cipher, mac: mac) ? 1 : -1
        }
        guard let (key, isOld) = self.ticketKeys.keyForOpening(name: name) else { return 0 }
        guard key.prepareOpening(vector: vector, cipher: cipher, mac: mac) else { return -1 }
        return isOld || SSL_version(ssl) == TLS1_3_VERSION ? 2 : 1
    }
}
