internal import Glibc

// Publishes an FLV file or a generated stream to a server on loopback, as one or as many publishers at once, and says
// in one line of JSON how it went. `RTMPPublish --help` lists the options.

/// Writes a line to standard output (1) or standard error (2).
func say(_ text: String, to descriptor: CInt) {
    let bytes = Array((text + "\n").utf8)
    _ = write(descriptor, bytes, bytes.count)
}

func fail(_ sentence: String) -> Never {
    say("RTMPPublish: \(sentence)", to: 2)
    exit(2)
}

signal(SIGPIPE, SIG_IGN)
let arguments = PublishArguments(Array(CommandLine.arguments.dropFirst()))
if let path = arguments.expectationPath { PublishExpectation.write(arguments.stream, to: path) }
var fleet = PublishFleet(arguments, script: PublishScript(arguments))
let result = fleet.run()
say(result.json, to: 1)
exit(result.failedCount == 0 ? 0 : 1)
