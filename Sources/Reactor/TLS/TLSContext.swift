/// Skeleton of why TLS could not be set up. Replaced by the real one.
package struct TLSError: Error, CustomStringConvertible {
    package let description: String
}

/// Skeleton of certificate and key with everything that connections share. Replaced by the real one.
package final class TLSContext: Sendable {
    package init(certificateFile: String, keyFile: String, applicationProtocols: [String]) throws(TLSError) {}

    package func reload() throws(TLSError) {}
}
