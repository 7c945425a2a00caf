internal import COpenSSL

/// OpenSSL, for libraries that use it by themselves.
package enum TLSLibrary {
    /// Comes before such a library begins: loops may still run while the process exits, so OpenSSL must not tear
    /// itself down then, and the first who begins it decides that.
    package static func prepare() { podo_openssl_outlives_exit() }
}
