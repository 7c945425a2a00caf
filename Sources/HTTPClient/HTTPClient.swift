package import Observability
package import Primitives
package import Reactor

/// Sends requests to other servers over HTTP/1.1, by libcurl, on one loop.
///
/// Bounded by `HTTPClientLimits`. Certificates are always verified. Redirects are not followed, cookies not kept,
/// proxies of the environment not used, bodies not decompressed. Whoever wants to be kept from another's trouble has a
/// client of its own: a slow server then takes no one else's places.
package final class HTTPClient: @unchecked Sendable {
    // SAFETY: `engine`, `queue` and `isClosed` are touched on `loop` only; the rest never changes.

    private let loop: EventLoop
    private let limits: HTTPClientLimits
    private let settings: CurlSettings
    private let metrics: HTTPClientMetrics
    private var engine: CurlEngine?
    private var queue: HTTPClientQueue<CurlTransfer>
    private var isClosed = false

    /// `name` labels the metrics. `certificateFile` holds the authorities that are trusted, in PEM form; without it
    /// these are the system's. With a `proxy` (`http://host:port`) every request goes there, and it is the proxy that
    /// decides which addresses may be reached.
    package init(
        name: String, loop: EventLoop, limits: HTTPClientLimits = HTTPClientLimits(), certificateFile: String? = nil,
        proxy: String? = nil, metrics: MetricsRegistry
    ) {
        self.loop = loop
        self.limits = limits
        self.settings = CurlSettings(limits: limits, certificateFile: certificateFile, proxy: proxy)
        self.metrics = HTTPClientMetrics(client: name, registry: metrics)
        self.queue = HTTPClientQueue(
            runningCountMax: limits.runningCountMax, waitingCountMax: limits.waitingCountMax)
    }

    /// Nobody waits any more: whoever waits holds the client.
    deinit {
        guard let engine = self.engine else { return }
        // SAFETY: this was the last reference but for the loop's, which alone uses it from here on.
        nonisolated(unsafe) let last = engine
        self.loop.execute { _ = last.close() }
    }

    /// From any thread: sends a request and waits for the whole answer, until `deadline` at the latest.
    ///
    /// Goes on when the caller's task is cancelled: giving up half-way would leave unknown what happened on the other
    /// side, and the deadline is near enough.
    package func send(
        _ request: HTTPClientRequest, deadline: MonotonicTime
    ) async throws(HTTPClientError) -> HTTPClientResponse {
        guard request.isSendable(self.limits) else {
            throw HTTPClientError(.requestInvalid, mayHaveBeenReceived: false)
        }
        let outcome = await withCheckedContinuation { waiter in
            self.loop.executeOnLoop { self.accept(request, deadline, waiter) }
        }
        return try outcome.get()
    }

    /// From any thread: ends every request with `closed` and every connection. Later requests are refused.
    package func close() {
        self.loop.executeOnLoop { self.closeNow() }
    }

    // MARK: On the loop

    private func accept(
        _ request: HTTPClientRequest, _ deadline: MonotonicTime,
        _ waiter: CheckedContinuation<CurlTransfer.Outcome, Never>
    ) {
        let now = MonotonicTime.now
        let deadline = min(deadline, now + self.limits.timeMax)
        let transfer = CurlTransfer(request, limits: self.limits, begun: now, deadline: deadline, waiter: waiter)
        guard !self.isClosed else { return self.end(transfer, .failure(transfer.error(.closed))) }
        guard deadline > now else { return self.end(transfer, .failure(transfer.error(.timedOut))) }
        switch self.queue.admit(transfer) {
        case .refuse: return self.end(transfer, .failure(transfer.error(.overloaded)))
        case .wait: self.metrics.changed(running: 0, waiting: 1, loop: self.loop.index)
        case .start:
            self.metrics.changed(running: 1, waiting: 0, loop: self.loop.index)
            guard self.start(transfer) else { return self.startNext() }
        }
        transfer.timer = self.loop.schedule(at: deadline) { [weak self] in self?.expire(transfer) }
    }

    /// False when it has ended already, because the library would not begin it.
    private func start(_ transfer: CurlTransfer) -> Bool {
        do throws(HTTPClientError) {
            try self.readyEngine().start(transfer)
            return true
        } catch {
            self.end(transfer, .failure(error))
            return false
        }
    }

    private func readyEngine() throws(HTTPClientError) -> CurlEngine {
        if let engine = self.engine { return engine }
        let engine = try CurlEngine(loop: self.loop, settings: self.settings) { [weak self] transfer, outcome in
            guard let self else { return transfer.end(outcome) }
            // Its place is free before anybody hears of it.
            self.startNext()
            self.end(transfer, outcome)
        }
        self.engine = engine
        return engine
    }

    /// A place is free.
    private func startNext() {
        while let next = self.queue.finishOne() {
            self.metrics.changed(running: 0, waiting: -1, loop: self.loop.index)
            if self.start(next) { return }
        }
        self.metrics.changed(running: -1, waiting: 0, loop: self.loop.index)
    }

    private func expire(_ transfer: CurlTransfer) {
        transfer.timer = nil
        if self.queue.abandon(transfer) {
            self.metrics.changed(running: 0, waiting: -1, loop: self.loop.index)
            return self.end(transfer, .failure(transfer.error(.timedOut)))
        }
        self.engine?.stop(transfer)
        self.startNext()
        self.end(transfer, .failure(transfer.error(.timedOut)))
    }

    private func end(_ transfer: CurlTransfer, _ outcome: CurlTransfer.Outcome) {
        if let timer = transfer.timer { self.loop.cancel(timer) }
        transfer.timer = nil
        self.metrics.ended(outcome, time: .now - transfer.begun, loop: self.loop.index)
        transfer.end(outcome)
    }

    private func closeNow() {
        guard !self.isClosed else { return }
        self.isClosed = true
        let waiting = self.queue.abandonAll()
        self.metrics.changed(running: 0, waiting: -waiting.count, loop: self.loop.index)
        let running = self.engine?.close() ?? []
        self.engine = nil
        for _ in running { self.startNext() }
        for transfer in waiting + running { self.end(transfer, .failure(transfer.error(.closed))) }
    }
}
