internal import CCurl
internal import Reactor

/// libcurl, begun once for the process.
enum CurlLibrary {
    /// False when the library could not begin: no client works then.
    static let isReady: Bool = {
        TLSLibrary.prepare()
        return curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
    }()
}
