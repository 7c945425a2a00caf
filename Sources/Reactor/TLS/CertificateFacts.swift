internal import COpenSSL
internal import Glibc

/// What an operator wants to know of a certificate file, without serving it; for `podo doctor`.
package struct CertificateFacts: Sendable, Equatable {
    /// The end of the certificate's life in seconds since 1970.
    package let expiresAtUnixSeconds: Int

    /// Reads the first certificate of a PEM file; nil when there is none.
    package init?(file: String) {
        podo_openssl_outlives_exit()
        guard let bio = BIO_new_file(file, "r") else { return nil }
        defer { BIO_free(bio) }
        guard let certificate = PEM_read_bio_X509(bio, nil, nil, nil) else { return nil }
        defer { X509_free(certificate) }
        var date = tm()
        guard ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &date) == 1 else { return nil }
        self.expiresAtUnixSeconds = timegm(&date)
    }

    /// The version of the OpenSSL library that is loaded, like `OpenSSL 3.0.17 1 Jul 2025`.
    package static var openSSLVersion: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}
