internal import CCurl

/// Sets options of one handle and remembers the first that was refused, so that each is looked at and none is checked
/// by hand.
struct CurlOptions {
    let handle: UnsafeMutableRawPointer
    private(set) var firstFailure: CURLcode?

    init(_ handle: UnsafeMutableRawPointer) { self.handle = handle }

    mutating func set(_ option: CURLoption, _ value: Int) {
        self.check(podo_curl_set_number(self.handle, option, value))
    }

    mutating func set(_ option: CURLoption, size: Int) {
        self.check(podo_curl_set_size(self.handle, option, Int64(size)))
    }

    mutating func set(_ option: CURLoption, _ value: String) {
        self.check(value.withCString { podo_curl_set_text(self.handle, option, $0) })
    }

    /// The option has no value, not even a default one.
    mutating func clear(_ option: CURLoption) { self.check(podo_curl_set_text(self.handle, option, nil)) }

    mutating func set(_ option: CURLoption, pointer: UnsafeRawPointer) {
        self.check(podo_curl_set_pointer(self.handle, option, pointer))
    }

    mutating func check(_ code: CURLcode) {
        if code != CURLE_OK, self.firstFailure == nil { self.firstFailure = code }
    }
}
