internal import Observability
internal import Primitives

/// `podo serve`: starts everything, then waits for the signal that ends it.
enum ServeCommand {
    private static let logFlushTime = TimeAmount.seconds(1)

    static func run(_ loaded: LoadedConfiguration) -> Int32 {
        // First of all: threads inherit the signals that are blocked when they are made, and the log has one.
        SignalQueue.block()
        let log = Log(level: loaded.configuration.logLevel)
        // A log that nobody reads must not keep the process: what is left after the time is lost.
        defer { _ = log.flush(within: self.logFlushTime) }
        do throws(StartError) {
            let server = try PodoServer(
                loaded, environment: ProcessEnvironment.all(), signals: try SignalQueue(), log: log)
            try server.start()
            return server.runUntilEnd()
        } catch .toldToEnd {
            log.info("ended before it had started")
            return PodoCommand.Exit.done
        } catch {
            log.error("not started", ["reason": .text(error.sentence)])
            Terminal.tell("podo: \(error.sentence)")
            return PodoCommand.Exit.failed
        }
    }
}
