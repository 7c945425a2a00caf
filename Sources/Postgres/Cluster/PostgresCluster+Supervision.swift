internal import CLinux
internal import Glibc
internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// The thread that the server belongs to.
extension PostgresCluster {
    private static let startingMilliseconds: CInt = 4
    private static let runningMilliseconds: CInt = 1000
    private static let lastLineCountMax = 3

    /// The server as the thread knows it, from its start to its end.
    private struct Server {
        let child: ChildProcess
        var lines: ServerLogLines
        var isOutputOpen = true
        /// The last lines, for a server that ends and gives no reason in a line that is marked as one.
        var lastLines: [String] = []
    }

    /// Runs until the server has ended for good.
    func supervise() {
        podo_thread_name("postgres")
        var life = ClusterLife(limits: self.limits, now: .now)
        var server: Server?
        while true {
            var input = ClusterLife.Input.time
            if let signal = self.shared.withLock({ $0.stop }), Self.isNews(signal, life.state) {
                input = .stop(signal)
            } else if let running = server, running.child.ended() != nil {
                self.finish(&server)
                input = .gone
            } else if let running = server, case .starting = life.state, self.isReady(running.child) {
                input = .ready
            }
            switch life.advance(input, now: .now) {
            case .none: break
            case .start:
                server = self.startServer()
                if server == nil { _ = life.advance(.gone, now: .now) }
            case .send(let signal): server?.child.send(Self.number(signal))
            }
            self.publish(life, server)
            if life.isOver { break }
            self.wait(life.state, &server)
        }
        self.place.socket.removeDirectory()
        self.shared.withLock { $0.isOver = true }
    }

    /// The life has not been told yet.
    private static func isNews(_ signal: ClusterSignal, _ state: ClusterLife.State) -> Bool {
        guard case .stopping(let last, _) = state else { return true }
        return signal.rawValue > last.rawValue
    }

    private static func number(_ signal: ClusterSignal) -> CInt {
        switch signal {
        case .fast: SIGINT
        case .immediate: SIGQUIT
        case .kill: SIGKILL
        }
    }

    /// Nil when it could not be started; the reason is published.
    private func startServer() -> Server? {
        do throws(ClusterError) {
            let leftovers = LeftoverProcesses(directory: self.place.directory, limits: self.limits)
            let count = try leftovers.clear()
            if count > 0 { self.log.warning("database processes left over", ["ended": .number(count)]) }
            self.place.socket.removeFiles()
            let directory = try self.place.openDirectory()
            defer { close(directory) }
            let compressesLog = self.place.canCompress(directory: directory, limits: self.limits)
            let arguments = self.place.arguments(compressesLog: compressesLog, limits: self.limits)
            do throws(SystemError) {
                let child = try ChildProcess(
                    self.place.programs.server, arguments, identity: self.place.user.identity, directory: directory,
                    deathSignal: SIGQUIT)
                return Server(child: child, lines: ServerLogLines(byteCountMax: self.limits.logLineByteCountMax))
            } catch {
                throw ClusterError(
                    "\(self.place.programs.server) cannot be run: \(String(cString: strerror(error.code)))")
            }
        } catch {
            self.shared.withLock { $0.status.reason = error.sentence }
            self.log.error("database not started", ["reason": .text(error.sentence)])
            return nil
        }
    }

    private func isReady(_ child: ChildProcess) -> Bool {
        guard let text = SmallFile.text(self.place.directory + "/postmaster.pid"), let file = PostmasterFile(text)
        else { return false }
        return file.isReady && file.processID == child.processID
    }

    /// The postmaster has ended: nothing of it is left when this returns.
    private func finish(_ server: inout Server?) {
        guard var ended = server else { return }
        server = nil
        let leftovers = LeftoverProcesses(directory: self.place.directory, limits: self.limits)
        // What does not end now, the next start tries again, and says so.
        _ = try? leftovers.clear()
        self.readOutput(&ended)
        guard self.shared.withLock({ $0.stop == nil }) else { return }
        let how = ended.child.ended().flatMap(ChildProcess.failure) ?? "ended"
        let reason = self.shared.withLock { shared in
            let said = shared.status.reason ?? ended.lastLines.joined(separator: " ")
            let reason = said.isEmpty ? "PostgreSQL \(how)" : "\(said) (PostgreSQL \(how))"
            shared.status.reason = reason
            return reason
        }
        self.log.error("database ended", ["reason": .text(reason)])
    }

    // MARK: What it says

    private func readOutput(_ server: inout Server) {
        while server.isOutputOpen {
            guard let bytes = server.child.read() else {
                server.isOutputOpen = false
                return
            }
            if bytes.isEmpty { return }
            var lastLines = server.lastLines
            server.lines.append(bytes) { line in
                self.take(line)
                lastLines = lastLines.suffix(Self.lastLineCountMax - 1) + [line.message]
            }
            server.lastLines = lastLines
        }
    }

    private func take(_ line: ServerLogLine) {
        if line.isReason { self.shared.withLock { $0.status.reason = line.message } }
        if line.tellsOfFullDisk {
            self.log.error(
                "database disk full",
                [
                    "directory": .text(self.place.directory), "message": .text(line.message),
                    "explanation": "Make room for the database; it goes on by itself then.",
                ])
            return
        }
        switch line.severity {
        case .error: break
        case .notable: self.log.debug("database says", ["message": .text(line.message)])
        // That somebody was disconnected, or came too early, is part of every end and every start.
        case .fatal where !line.isReason: self.log.debug("database says", ["message": .text(line.message)])
        case .fatal: self.log.warning("database says", ["message": .text(line.message)])
        case .panic: self.log.error("database says", ["message": .text(line.message)])
        }
    }

    // MARK: Between the events

    private func publish(_ life: ClusterLife, _ server: Server?) {
        self.shared.withLock { shared in
            let before = shared.status.phase
            shared.status.processID = server?.child.processID
            switch life.state {
            case .waiting: shared.status.phase = .waiting
            case .starting:
                if before != .starting || shared.status.startCount == 0 { shared.status.startCount += 1 }
                shared.status.phase = .starting
            case .running:
                if before != .running { shared.status.reason = nil }
                shared.status.phase = .running
            case .stopping: shared.status.phase = .stopping
            case .failed, .ended: shared.status.phase = .ended
            }
        }
    }

    private func wait(_ state: ClusterLife.State, _ server: inout Server?) {
        var milliseconds = Self.startingMilliseconds
        switch state {
        case .running: milliseconds = Self.runningMilliseconds
        case .waiting(let start): milliseconds = CInt(clamping: max(1, (start - .now).milliseconds + 1))
        case .starting, .stopping, .failed, .ended: break
        }
        var descriptors = [pollfd(fd: self.wakeUps, events: Int16(POLLIN), revents: 0)]
        if let server, server.isOutputOpen {
            descriptors.append(pollfd(fd: server.child.output, events: Int16(POLLIN), revents: 0))
        } else if server != nil {
            // Everybody is gone but for the one that is to be waited for.
            milliseconds = Self.startingMilliseconds
        }
        poll(&descriptors, nfds_t(descriptors.count), milliseconds)
        var count: eventfd_t = 0
        eventfd_read(self.wakeUps, &count)
        if var running = server {
            self.readOutput(&running)
            server = running
        }
    }
}
