internal import CCurl
internal import Primitives

/// What holds for every transfer of a client, in the library's terms.
struct CurlSettings {
    let limits: HTTPClientLimits
    /// The authorities' certificates in one PEM file; nil for the system's.
    let certificateFile: String?
    let proxy: String?

    func apply(to options: inout CurlOptions) {
        // Only what was asked for: no signals, no environment, no redirects, no other protocol, no old HTTP, no cookies
        // (which are off unless switched on), no waiting for a look-up that was given up.
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_QUICK_EXIT, 1)
        options.set(CURLOPT_PROXY, self.proxy ?? "")
        options.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        options.set(CURLOPT_FOLLOWLOCATION, 0)
        options.set(CURLOPT_PROTOCOLS_STR, "http,https")
        options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        options.set(CURLOPT_HTTP09_ALLOWED, 0)
        options.set(CURLOPT_PATH_AS_IS, 1)
        options.set(CURLOPT_USERAGENT, "podo")
        // Verification is on, whatever happens. No directory of certificates beside the file: with one, the library
        // reads the file again for each connection.
        options.set(CURLOPT_SSL_VERIFYPEER, 1)
        options.set(CURLOPT_SSL_VERIFYHOST, 2)
        options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        options.clear(CURLOPT_CAPATH)
        if let file = self.certificateFile { options.set(CURLOPT_CAINFO, file) }
        options.set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(self.limits.connectTime.milliseconds, 1)))
        options.set(CURLOPT_MAXAGE_CONN, Int(max(self.limits.idleTime.milliseconds / 1000, 1)))
        options.check(
            podo_curl_set_closer(options.handle) { context, socket in
                CurlEngine.at(context).close(socket)
                return 0
            })
    }
}
