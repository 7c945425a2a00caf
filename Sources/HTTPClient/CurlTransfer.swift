internal import CCurl
internal import Glibc
internal import Primitives
internal import Reactor

/// One request on its way: who waits for it, what has come back, and the library's handle while it runs.
///
/// Lives on the client's loop. `HTTPClient` ends it exactly once.
final class CurlTransfer {
    typealias Outcome = Result<HTTPClientResponse, HTTPClientError>

    let request: HTTPClientRequest
    let deadline: MonotonicTime
    let begun: MonotonicTime
    private let waiter: CheckedContinuation<Outcome, Never>
    var timer: TimerID?

    private(set) var handle: UnsafeMutableRawPointer?
    private var list: UnsafeMutablePointer<curl_slist>?
    private var reader: HTTPClientResponseReader
    /// Set when the connection stands and the first byte is about to leave.
    private var mayHaveBeenReceived = false
    private var isAddressRefused = false
    /// False with a proxy: it is the proxy that connects.
    private var checksAddress = true

    init(
        _ request: HTTPClientRequest, limits: HTTPClientLimits, begun: MonotonicTime, deadline: MonotonicTime,
        waiter: CheckedContinuation<Outcome, Never>
    ) {
        self.request = request
        self.begun = begun
        self.deadline = deadline
        self.waiter = waiter
        self.reader = HTTPClientResponseReader(limits: limits, bodyByteCountMax: request.bodyByteCountMax)
    }

    deinit { assert(self.handle == nil, "the library gave its handle back") }

    /// Tells who waits. Called once.
    func end(_ outcome: Outcome) { self.waiter.resume(returning: outcome) }

    // MARK: With the library

    /// Makes the handle, ready to be started.
    func prepare(_ settings: CurlSettings, socketContext: UnsafeRawPointer) throws(HTTPClientError) {
        guard let handle = curl_easy_init() else {
            throw HTTPClientError(.curlFailed, mayHaveBeenReceived: false)
        }
        self.handle = handle
        self.checksAddress = settings.proxy == nil
        var options = CurlOptions(handle)
        settings.apply(to: &options)
        let own = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        self.setRequest(&options)
        self.setCallbacks(&options, own)
        options.set(CURLOPT_CLOSESOCKETDATA, pointer: socketContext)
        guard options.firstFailure == nil else {
            self.release()
            throw HTTPClientError(.curlFailed, mayHaveBeenReceived: false)
        }
    }

    private func setRequest(_ options: inout CurlOptions) {
        let request = self.request
        options.set(CURLOPT_URL, request.url.text)
        switch request.method {
        case .get: options.set(CURLOPT_HTTPGET, 1)
        case .head: options.set(CURLOPT_NOBODY, 1)
        case .post, .put, .patch, .delete:
            options.set(CURLOPT_POST, 1)
            options.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            options.set(CURLOPT_POSTFIELDSIZE_LARGE, size: request.body.count)
            // Copied by the library, as many bytes as were announced before.
            request.body.withUnsafeBytes { bytes in
                let nothing: StaticString = ""
                options.set(
                    CURLOPT_COPYPOSTFIELDS, pointer: bytes.baseAddress ?? UnsafeRawPointer(nothing.utf8Start))
            }
        }
        if !request.isRepeatable { options.set(CURLOPT_FRESH_CONNECT, 1) }
        // Names without a value keep the library from adding these by itself: it would wait for leave to send a body,
        // and call the body a form.
        self.add("Expect:")
        if !request.fields.contains(where: { $0.name == "content-type" }) { self.add("Content-Type:") }
        for field in request.fields { self.add("\(field.name): \(field.value)") }
        options.check(podo_curl_set_list(options.handle, CURLOPT_HTTPHEADER, self.list))
    }

    private func add(_ line: String) {
        // Nil for want of memory: the list before it stays as it was.
        if let list = curl_slist_append(self.list, line) { self.list = list }
    }

    private func setCallbacks(_ options: inout CurlOptions, _ own: UnsafeRawPointer) {
        options.set(CURLOPT_HEADERDATA, pointer: own)
        options.check(
            podo_curl_set_receiver(options.handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                CurlTransfer.at(context).take(bytes, size * count) { $0.takeHeadLine($1) }
            })
        options.set(CURLOPT_WRITEDATA, pointer: own)
        options.check(
            podo_curl_set_receiver(options.handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                CurlTransfer.at(context).take(bytes, size * count) { $0.takeBody($1) }
            })
        options.set(CURLOPT_OPENSOCKETDATA, pointer: own)
        options.check(
            podo_curl_set_opener(options.handle) { context, _, address in
                CurlTransfer.at(context).open(address)
            })
        options.set(CURLOPT_PREREQDATA, pointer: own)
        options.check(
            podo_curl_set_before_request(options.handle) { context, remote, _, _, _ in
                CurlTransfer.at(context).begin(remote) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            })
    }

    /// Gives the handle back; it is in no multi handle any more.
    func release() {
        if let handle = self.handle { curl_easy_cleanup(handle) }
        curl_slist_free_all(self.list)
        self.handle = nil
        self.list = nil
    }

    /// What it ended with, by the library's own code.
    func outcome(of code: CURLcode) -> Outcome {
        var status = 0
        if code == CURLE_OK, let handle = self.handle {
            guard podo_curl_get_number(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, status >= 100 else {
                return .failure(self.error(.responseMalformed))
            }
            return .success(self.reader.response(status: status))
        }
        if let fault = self.reader.fault { return .failure(self.error(fault)) }
        if self.isAddressRefused { return .failure(self.error(.addressRefused)) }
        return .failure(self.error(HTTPClientError.Code(code)))
    }

    func error(_ code: HTTPClientError.Code) -> HTTPClientError {
        HTTPClientError(code, mayHaveBeenReceived: self.mayHaveBeenReceived)
    }

    // MARK: What the library calls

    private static func at(_ context: UnsafeMutableRawPointer?) -> CurlTransfer {
        guard let context else { preconditionFailure("every callback was given its transfer") }
        return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// A count other than the one that came ends the transfer.
    private func take(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int,
        _ read: (inout HTTPClientResponseReader, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard read(&self.reader, UnsafeRawBufferPointer(start: bytes, count: count)) else { return count == 0 ? 1 : 0 }
        return count
    }

    /// A socket for the address that is connected to next, unless the request may not go there.
    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        guard let address else { return -1 }
        var storage = sockaddr_storage()
        let count = min(Int(address.pointee.addrlen), MemoryLayout<sockaddr_storage>.size)
        let place = UnsafeRawPointer(address) + (MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: UnsafeRawBufferPointer(start: place, count: count)) }
        guard self.allows(SocketAddress(storage)) else { return -1 }
        let kind = address.pointee.socktype | CInt(SOCK_CLOEXEC.rawValue)
        return socket(address.pointee.family, kind, address.pointee.protocol)
    }

    /// The connection stands, and the request is sent when this says so. Kept connections come here without `open`.
    private func begin(_ address: UnsafeMutablePointer<CChar>?) -> Bool {
        let text = address.map { String(cString: $0) } ?? ""
        guard self.allows(SocketAddress(text.contains(":") ? "[\(text)]:1" : "\(text):1")) else { return false }
        self.mayHaveBeenReceived = true
        return true
    }

    private func allows(_ address: SocketAddress?) -> Bool {
        guard self.checksAddress else { return true }
        guard let address, self.request.addresses.allows(address.host) else {
            self.isAddressRefused = true
            return false
        }
        return true
    }
}

extension HTTPClientError.Code {
    init(_ code: CURLcode) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .nameNotResolved
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: self = .connectFailed
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR: self = .certificateRefused
        case CURLE_SSL_CACERT_BADFILE: self = .trustUnreadable
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM: self = .tlsFailed
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: self = .connectionLost
        case CURLE_FILESIZE_EXCEEDED: self = .bodyTooLarge
        // What the library says of a line of a head longer than its own bound. (Of memory itself it hardly runs out.)
        case CURLE_OUT_OF_MEMORY: self = .headTooLarge
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
            self = .responseMalformed
        default: self = .curlFailed
        }
    }
}
