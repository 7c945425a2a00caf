/// `podo serve`: starts everything, then waits for the signal that ends it.
enum ServeCommand {
    static func run(_ loaded: LoadedConfiguration) -> Int32 {
        do throws(StartError) {
            // First of all: threads inherit the signals that are blocked when they are made.
            let signals = try SignalQueue()
            let server = try PodoServer(loaded, environment: ProcessEnvironment.all(), signals: signals)
            server.start()
            return server.runUntilEnd()
        } catch {
            Terminal.tell("podo: \(error.sentence)")
            return PodoCommand.Exit.failed
        }
    }
}
