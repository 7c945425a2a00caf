internal import HTTPServer
internal import Observability
internal import Primitives
internal import Reactor
internal import Synchronization

/// The demo of a server that runs: made before anybody is served, told of when everybody can be.
final class DemoService: Sendable {
    private let demo: Demo
    private let configuration: Configuration
    private let searchPath: String
    private let log: Log
    /// What came of `prepare`.
    private let outcome = Mutex<Result<DemoDocument, any Error>?>(nil)
    private let picture = Mutex<TestPicture?>(nil)

    /// A database that does not answer is given up so late.
    private static let timeMax = TimeAmount.seconds(60)

    /// Nil when no demo is asked for.
    init?(
        _ configuration: Configuration, _ members: MemberServices, _ routes: [HTTPRoute], _ listeners: ListenerSet,
        searchPath: String?, log: Log
    ) throws(StartError) {
        guard configuration.demo, let publisher = listeners.rtmp.first?.address else { return nil }
        self.configuration = configuration
        self.searchPath = searchPath ?? ""
        self.log = log
        self.demo = try Demo(
            members: members.members, streamKeys: members.streamKeys, routes: routes,
            dataDirectory: configuration.dataDirectory, baseURL: listeners.publicURL(configuration),
            rtmpURL: "rtmp://\(publisher.reachable)/live")
    }

    /// Makes the demo, or finds it. For the main thread, when the loops run.
    func prepare(on loop: EventLoop, signals: SignalQueue) throws(StartError) {
        Task(executorPreference: loop) {
            let result: Result<DemoDocument, any Error>
            do {
                result = .success(try await self.demo.prepare(now: .now))
            } catch {
                result = .failure(error)
            }
            self.outcome.withLock { $0 = result }
            signals.wakeUp()
        }
        let deadline = MonotonicTime.now + Self.timeMax
        while true {
            switch signals.next(deadline: deadline) {
            case .terminate: throw .toldToEnd
            case .timedOut: throw StartError("demo: the database did not answer in time")
            case .reload: continue
            case .wokenUp:
                switch self.outcome.withLock({ $0 }) {
                case nil: continue
                case .success: return
                case .failure(let error as StartError): throw error
                case .failure(let error): throw StartError("demo: \(error)")
                }
            }
        }
    }

    /// Tells what there is, and publishes to it if asked for.
    func begin() {
        guard case .success(let document)? = self.outcome.withLock({ $0 }) else { return }
        let file = self.configuration.dataDirectory + "/" + DemoDocument.fileName
        var hasPicture = false
        if self.configuration.testPicture {
            do throws(StartError) {
                hasPicture = try self.publish(document)
            } catch {
                Terminal.tell("podo: \(error.sentence)")
            }
        }
        Terminal.tell(DemoGuide.text(document, file: file, testPicture: hasPicture))
    }

    /// False when there is nothing to do so by.
    private func publish(_ document: DemoDocument) throws(StartError) -> Bool {
        guard let program = TestPicture.program(searchPath: self.searchPath) else {
            Terminal.tell("There is no test picture: ffmpeg is not installed. apt-get install ffmpeg installs it.")
            return false
        }
        let picture = try TestPicture(
            program: program, url: document.publishURL, streamKey: document.streamKey, log: self.log)
        self.picture.withLock { $0 = picture }
        picture.start()
        return true
    }

    func stop() { self.picture.withLock { $0 }?.stop() }
}
