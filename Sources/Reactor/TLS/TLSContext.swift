internal import Synchronization

/// What every secure connection of a listener starts from: certificate, key, protocols, ticket keys.
///
/// TLS 1.2 and 1.3 with AEAD ciphers only, in the server's order; no renegotiation, no compression, no early data.
/// The certificate can be replaced while connections run: new ones get the new, running ones keep what they have.
package final class TLSContext: Sendable {
    private let certificateFile: String
    private let keyFile: String
    private let applicationProtocols: [String]
    private let ticketKeys: TLSTicketKeys
    private let usesKernel: Bool
    private let current: Mutex<TLSSettings>

    /// Reads a PEM certificate chain and its key. `applicationProtocols` are offered by ALPN, best first: a peer that
    /// offers none of them is refused, a peer without ALPN gets the last one. `usesKernel` has no effect where the
    /// kernel does not offer to seal.
    package init(
        certificateFile: String, keyFile: String, applicationProtocols: [String],
        ticketKeys: TLSTicketKeys = TLSTicketKeys(), usesKernel: Bool = true
    ) throws(TLSError) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.applicationProtocols = applicationProtocols
        self.ticketKeys = ticketKeys
        self.usesKernel = usesKernel && KernelTLS.isOffered
        self.current = Mutex(
            try TLSSettings(
                certificateFile: certificateFile, keyFile: keyFile, applicationProtocols: applicationProtocols,
                ticketKeys: ticketKeys, usesKernel: self.usesKernel))
    }

    /// From any thread: reads both files again. When they are not good the old ones stay in use.
    package func reload() throws(TLSError) {
        let fresh = try TLSSettings(
            certificateFile: self.certificateFile, keyFile: self.keyFile,
            applicationProtocols: self.applicationProtocols, ticketKeys: self.ticketKeys,
            usesKernel: self.usesKernel)
        self.current.withLock { $0 = fresh }
    }

    var settings: TLSSettings { self.current.withLock { $0 } }
}
