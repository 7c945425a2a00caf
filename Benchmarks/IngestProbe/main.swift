internal import Glibc
internal import Observability
internal import RTMPIngest
internal import Reactor

// Takes any publisher on loopback and writes a line of JSON for each format, access unit and event, until SIGTERM.
// What it does is the ingest of Podo and nothing else: for end-to-end scenarios and benchmarks, not for use.

func fail(_ sentence: String) -> Never {
    let bytes = Array("IngestProbe: \(sentence)\n".utf8)
    _ = write(2, bytes, bytes.count)
    exit(2)
}

let arguments = ProbeArguments(Array(CommandLine.arguments.dropFirst()))
let output = ProbeOutput(path: arguments.outputPath, detail: arguments.detail)

// Blocked before there are threads, so that only the wait below takes them.
var endings = sigset_t()
sigemptyset(&endings)
sigaddset(&endings, SIGTERM)
sigaddset(&endings, SIGINT)
pthread_sigmask(SIG_BLOCK, &endings, nil)
signal(SIGPIPE, SIG_IGN)
var descriptors = rlimit()
getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)
descriptors.rlim_cur = descriptors.rlim_max
setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)

do {
    let group = try EventLoopGroup(loopCount: arguments.loopCount)
    let frontend = RTMPFrontend(
        group: group, limits: RTMPLimits(), authorizer: ProbeAuthorizer(), destination: ProbeDestination(output),
        observer: ProbeObserver(output), metrics: MetricsRegistry(loopCount: arguments.loopCount),
        log: Log(level: arguments.logLevel, descriptor: 2))
    group.start()
    let listener = try Listener(.loopback(port: arguments.port))
    frontend.listen(listener, security: nil)
    var ready = "{\"what\":\"ready\",\"port\":\(listener.address.port)"
    if let certificate = arguments.certificateFile, let key = arguments.keyFile {
        let secured = try Listener(.loopback(port: arguments.securePort))
        frontend.listen(
            secured, security: try TLSContext(certificateFile: certificate, keyFile: key, applicationProtocols: []))
        ready += ",\"secure_port\":\(secured.address.port)"
    }
    output.write(line: ready + "}")
    output.flush()
    var number: CInt = 0
    sigwait(&endings, &number)
    output.end()
    exit(0)
} catch {
    fail("\(error)")
}
