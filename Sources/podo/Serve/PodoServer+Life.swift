internal import Auth
internal import HLSPackager
internal import HTTPServer
internal import Observability
internal import Postgres
internal import Primitives
internal import RTMPIngest
internal import Reactor
internal import Synchronization

/// From the first connection to the exit code.
extension PodoServer {
    /// How much longer than its parts draining may take before the main thread stops waiting for a loop that hangs.
    private static let drainGraceTime = TimeAmount.seconds(5)
    /// How long works in the middle of a round are waited for at least, whatever the drain time.
    private static let workEndTime = TimeAmount.seconds(2)

    /// Starts loops and listening, and tells everyone who wants to know. Throws when a demo was asked for and cannot be
    /// made.
    func start() throws(StartError) {
        self.group.start()
        self.database.start()
        self.storage.maintain(
            on: self.group.loops[0], isAwaited: ShowPublishing.isAwaited(by: self.sales.shows))
        self.members.start(on: self.group.loops[0])
        self.commerce.start(on: self.group.loops[0])
        self.sales.start(on: self.group.loops[0])
        self.playback.start(on: self.group.loops[0])
        if !self.members.waitUntilLoaded() {
            self.log.warning("members not read yet", ["reason": "the database did not answer in time"])
        }
        if !self.playback.waitUntilOpen() {
            self.log.warning("gate closed", ["reason": "the database did not answer in time"])
        } else if !self.sales.waitUntilShowsAreRead() {
            self.log.warning("shows not read", ["reason": "the database did not answer in time"])
        }
        do throws(StartError) {
            try self.demo?.prepare(on: self.group.loops[0], signals: self.signals)
        } catch {
            self.abandon()
            throw error
        }
        if self.loaded.configuration.isBehindUnnamedProxy(endsTLS: !self.listeners.https.isEmpty) {
            self.log.warning(
                "clients have one address",
                ["explanation": "public-url is https, and TLS ends before Podo: name the proxy in http-trusted-proxies"]
            )
        }
        for listener in self.listeners.http { self.publicFrontend.listen(listener, security: nil) }
        for listener in self.listeners.https { self.publicFrontend.listen(listener, security: self.security) }
        for listener in self.listeners.rtmp { self.publisherFrontend.listen(listener, security: nil) }
        for listener in self.listeners.rtmps {
            self.publisherFrontend.listen(listener, security: self.publisherSecurity)
        }
        for listener in self.listeners.admin { self.adminFrontend.listen(listener, security: nil) }
        self.state.phase = .running
        self.log.info(
            "started",
            [
                "version": .text(PodoVersion.text), "loops": .number(self.group.loops.count),
                "public": .text(self.publicURLs.joined(separator: " ")),
                "publish": .text(self.publisherURLs.joined(separator: " ")),
                "streams": .number(self.loaded.configuration.streamKeys.count),
                "admin": .text(self.adminURLs.joined(separator: " ")),
            ])
        Terminal.tell(
            "Podo listens on \(self.publicURLs.joined(separator: " and ")) "
                + "(health and metrics: \(self.adminURLs.joined(separator: " and ")))."
                + (Terminal.isInteractive ? " Ctrl-C ends it." : ""))
        if let demo = self.demo {
            demo.begin()
        } else if let sentence = self.publisherSentence {
            Terminal.tell(sentence)
        }
        self.serviceManager.send(.ready)
    }

    /// What was started ends again; nobody was served yet.
    private func abandon() {
        self.stopServices()
        self.group.stop()
        self.storage.close()
        self.database.close(.fast)
    }

    /// Serves until a signal ends it; returns the exit code.
    func runUntilEnd() -> Int32 {
        while true {
            switch self.signals.next() {
            case .terminate(let name): return self.end(because: name)
            case .reload: self.reload()
            case .wokenUp, .timedOut: continue
            }
        }
    }

    // MARK: Reloading

    /// SIGHUP: certificates, the root secret and pages are read again. What fails leaves in force what was there
    /// before. Settings stay: changing one needs a restart, which socket activation makes without a refused connection.
    private func reload() {
        self.serviceManager.send(.reloading)
        if let security = self.security {
            do throws(TLSError) {
                try security.reload()
                try self.publisherSecurity?.reload()
                self.log.info("certificate reloaded")
            } catch {
                self.log.error("certificate not reloaded", ["reason": .text(error.description)])
            }
        }
        do throws(StartError) {
            let root = try self.secretFile.reload()
            self.memberTokens.replaceKeys(root)
            self.members.replaceKeys(root)
            self.sales.replaceKeys(root)
            self.playback.gates.replaceKeys(root)
            self.log.info("keys reloaded")
        } catch {
            self.log.error("keys not reloaded", ["reason": .text(error.sentence)])
        }
        do throws(StartError) {
            try self.publicApplication.reload()
            self.log.info("pages reloaded")
        } catch {
            self.log.error("pages not reloaded", ["reason": .text(error.sentence)])
        }
        self.serviceManager.send(.ready)
    }

    // MARK: Ending

    private func end(because signal: String) -> Int32 {
        self.state.phase = .draining
        self.serviceManager.send(.stopping)
        self.log.info(
            "draining",
            [
                "signal": .text(signal), "connections": .number(self.publicFrontend.connectionCount),
                "streams": .number(self.publisherFrontend.streams.count),
            ])
        let configuration = self.loaded.configuration
        let budget = TimeAmount.nanoseconds(
            configuration.drainDelay.nanoseconds &+ configuration.drainTime.nanoseconds
                &+ configuration.adminLimits.drainTime.nanoseconds &+ Self.drainGraceTime.nanoseconds)
        let deadline = MonotonicTime.now + budget
        self.demo?.stop()
        self.drain()
        while true {
            switch self.signals.next(deadline: deadline) {
            case .terminate(let name):
                self.log.warning("stopped at once", ["signal": .text(name)])
                self.database.close(.immediate)
                return PodoCommand.Exit.failed
            case .reload:
                continue
            case .wokenUp:
                guard let allEnded = self.drainResult.withLock({ $0 }) else { continue }
                return self.stop(allEnded: allEnded)
            case .timedOut:
                return self.stop(allEnded: false)
            }
        }
    }

    /// `/readyz` says 503 from here on; the admin listener stays open until the public ones have ended.
    private func drain() {
        let loop = self.group.loops[0]
        Task(executorPreference: loop) {
            let configuration = self.loaded.configuration
            await loop.pause(configuration.drainDelay)
            let deadline = MonotonicTime.now + configuration.drainTime
            // Viewers are served for as long as something new comes for them.
            let publishersEnded = await self.publisherFrontend.drain()
            self.delivery.stopWaiting()
            let requestsEnded = await self.publicFrontend.drain(
                until: max(deadline, .now + configuration.viewerDrainTime))
            let allEnded = publishersEnded && requestsEnded
            await self.sales.finish(until: max(deadline, .now + Self.workEndTime), on: loop)
            await self.playback.finish(until: .now + Self.workEndTime, on: loop)
            self.stopServices()
            // Who scrapes metrics may come again: a cut admin connection is no loss.
            _ = await self.adminFrontend.drain()
            self.drainResult.withLock { $0 = allEnded }
            self.signals.wakeUp()
        }
    }

    private func stopServices() {
        self.social.stop()
        self.playback.stop()
        self.sales.stop()
        self.commerce.stop()
        self.members.stop()
        self.database.refuse()
    }

    private func stop(allEnded: Bool) -> Int32 {
        self.group.stop()
        self.storage.close()
        // Last, so that whatever ends can still write what it has to.
        self.database.close(.fast, hurry: EndSignal(self.signals).hasCome)
        if allEnded {
            self.log.info("stopped")
            return PodoCommand.Exit.done
        }
        self.log.warning("stopped with requests or streams cut off", ["drain_time": self.drainTimeValue])
        return PodoCommand.Exit.cutOff
    }

    private var drainTimeValue: LogValue { .seconds(self.loaded.configuration.drainTime.seconds) }

    // MARK: Addresses for people

    private var publicURLs: [String] {
        if let configured = self.loaded.configuration.publicURL { return [configured] }
        return self.listeners.http.map { "http://\($0.address)" } + self.listeners.https.map { "https://\($0.address)" }
    }

    /// What publishers are pointed at; the key follows behind a slash.
    private var publisherURLs: [String] {
        self.listeners.rtmp.map { "rtmp://\($0.address)/live" }
            + self.listeners.rtmps.map { "rtmps://\($0.address)/live" }
    }

    /// What somebody who wants to publish needs to know; nil where nobody can.
    private var publisherSentence: String? {
        guard let url = self.publisherURLs.first else { return nil }
        guard self.loaded.configuration.streamKeys.isEmpty, self.members.streamKeys.count == 0 else {
            return "Publish to \(self.publisherURLs.joined(separator: " or ")) with one of the stream keys."
        }
        return "Nobody can publish to \(url) yet: there is no stream key. "
            + "\"podo stream-key make main\" makes one for a stream named main."
    }

    private var adminURLs: [String] { self.listeners.admin.map { "http://\($0.address)" } }
}

extension EventLoop {
    /// Lets `time` pass without holding the loop; returns at once for none.
    func pause(_ time: TimeAmount) async {
        guard time.nanoseconds > 0 else { return }
        await withCheckedContinuation { continuation in
            self.execute { _ = self.schedule(at: .now + time) { continuation.resume() } }
        }
    }
}
