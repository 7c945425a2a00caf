internal import CCurl
internal import Glibc
internal import Primitives
internal import Reactor

/// The library's multi handle on a loop: the loop watches its sockets and keeps its timer, and calls it when there is
/// something to do. Lives on the loop; the library is never called from within its own callbacks.
final class CurlEngine {
    private let loop: EventLoop
    private let settings: CurlSettings
    private let multi: UnsafeMutableRawPointer
    private var sockets: [CInt: CurlSocket] = [:]
    private var timer: TimerID?
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = [:]
    /// Takes a transfer that has ended.
    private let ended: (CurlTransfer, CurlTransfer.Outcome) -> Void

    init(
        loop: EventLoop, settings: CurlSettings, ended: @escaping (CurlTransfer, CurlTransfer.Outcome) -> Void
    ) throws(HTTPClientError) {
        let failure = HTTPClientError(.curlFailed, mayHaveBeenReceived: false)
        guard CurlLibrary.isReady, let multi = curl_multi_init() else { throw failure }
        self.loop = loop
        self.settings = settings
        self.multi = multi
        self.ended = ended
        let limits = settings.limits
        let codes = [
            podo_curl_multi_set_number(multi, CURLMOPT_MAXCONNECTS, limits.idleConnectionCountMax),
            podo_curl_multi_set_number(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING)),
            podo_curl_multi_watch(
                multi,
                { _, socket, what, context, _ in
                    CurlEngine.at(context).watch(socket, what)
                    return 0
                },
                { _, milliseconds, context in
                    CurlEngine.at(context).wait(milliseconds)
                    return 0
                }, Unmanaged.passUnretained(self).toOpaque()),
        ]
        guard codes.allSatisfy({ $0 == CURLM_OK }) else {
            curl_multi_cleanup(multi)
            throw failure
        }
    }

    static func at(_ context: UnsafeMutableRawPointer?) -> CurlEngine {
        guard let context else { preconditionFailure("every callback was given its engine") }
        return Unmanaged<CurlEngine>.fromOpaque(context).takeUnretainedValue()
    }

    // MARK: Transfers

    func start(_ transfer: CurlTransfer) throws(HTTPClientError) {
        try transfer.prepare(self.settings, socketContext: Unmanaged.passUnretained(self).toOpaque())
        guard let handle = transfer.handle else { return }
        self.transfers[handle] = transfer
        guard curl_multi_add_handle(self.multi, handle) == CURLM_OK else {
            self.transfers[handle] = nil
            transfer.release()
            throw HTTPClientError(.curlFailed, mayHaveBeenReceived: false)
        }
    }

    /// Gives up a transfer that was started; `ended` is not called for it.
    func stop(_ transfer: CurlTransfer) {
        guard let handle = transfer.handle, self.transfers.removeValue(forKey: handle) != nil else { return }
        curl_multi_remove_handle(self.multi, handle)
        transfer.release()
    }

    /// Ends everything. Nothing may follow. Returns the transfers that were under way.
    func close() -> [CurlTransfer] {
        let transfers = Array(self.transfers.values)
        for transfer in transfers { self.stop(transfer) }
        curl_multi_cleanup(self.multi)
        if let timer = self.timer { self.loop.cancel(timer) }
        self.timer = nil
        return transfers
    }

    // MARK: What the library asks for

    private func watch(_ socket: CInt, _ what: CInt) {
        if self.sockets[socket] != nil { self.loop.remove(socket) }
        guard what != CURL_POLL_REMOVE else {
            self.sockets[socket] = nil
            return
        }
        let source = self.sockets[socket] ?? CurlSocket(socket, self)
        var events: ReadyEvents = []
        if what & CURL_POLL_IN != 0 { events.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { events.insert(.writable) }
        do throws(SystemError) {
            try self.loop.register(socket, events, source)
            self.sockets[socket] = source
        } catch {
            // The kernel has no memory for another watch: the transfer ends at its deadline.
            self.sockets[socket] = nil
        }
    }

    private func wait(_ milliseconds: Int) {
        if let timer = self.timer { self.loop.cancel(timer) }
        self.timer = nil
        guard milliseconds >= 0 else { return }
        self.timer = self.loop.schedule(at: self.loop.now + .milliseconds(Int64(milliseconds))) { [weak self] in
            self?.timer = nil
            self?.act(CURL_SOCKET_TIMEOUT, 0)
        }
    }

    func close(_ socket: CInt) {
        if self.sockets.removeValue(forKey: socket) != nil { self.loop.remove(socket) }
        Glibc.close(socket)
    }

    // MARK: What the loop tells

    func ready(_ socket: CInt, _ events: ReadyEvents) {
        var mask: CInt = 0
        if events.contains(.readable) || events.contains(.hungUp) { mask |= CURL_CSELECT_IN }
        if events.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if events.contains(.failed) { mask |= CURL_CSELECT_ERR }
        self.act(socket, mask)
    }

    private func act(_ socket: curl_socket_t, _ mask: CInt) {
        var runningCount: CInt = 0
        // Its failures are of memory or of our own making; the transfers end by their deadlines then.
        _ = curl_multi_socket_action(self.multi, socket, mask, &runningCount)
        for (transfer, outcome) in self.collect() { self.ended(transfer, outcome) }
    }

    private func collect() -> [(CurlTransfer, CurlTransfer.Outcome)] {
        var collected: [(CurlTransfer, CurlTransfer.Outcome)] = []
        var leftCount: CInt = 0
        while let message = curl_multi_info_read(self.multi, &leftCount) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            curl_multi_remove_handle(self.multi, handle)
            guard let transfer = self.transfers.removeValue(forKey: handle) else { continue }
            collected.append((transfer, transfer.outcome(of: code)))
            transfer.release()
        }
        return collected
    }
}

/// One of the library's sockets, watched by the loop.
private final class CurlSocket: EventSource {
    private let socket: CInt
    private weak var engine: CurlEngine?

    init(_ socket: CInt, _ engine: CurlEngine) {
        self.socket = socket
        self.engine = engine
    }

    func ready(_ events: ReadyEvents) { self.engine?.ready(self.socket, events) }
}
