internal import Glibc

// Blocked viewers of one low-latency playlist: `HLSBurst --port N --path /p/s0/main.m3u8 [--clients N] [--rounds N]`.
// With `--passes FILE`, which has a line for each client, `PASS` in the path stands for its own.
//
// In each round all clients ask, as soon as a part has come, for the second part after it: there must be time for all
// to ask. They are answered when it has come. Prints a line of JSON a round: when they had asked, and when their
// answers were whole, in nanoseconds of the monotonic clock.

/// Writes a line to standard output (1) or standard error (2).
func say(_ text: String, to descriptor: CInt) {
    let bytes = Array((text + "\n").utf8)
    _ = write(descriptor, bytes, bytes.count)
}

func fail(_ sentence: String) -> Never {
    say("HLSBurst: \(sentence)", to: 2)
    exit(2)
}

func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

struct BurstArguments {
    var port: UInt16 = 0
    var path = ""
    /// What each client has in the place of `PASS`; none when all have the same path.
    var passes: [Substring] = []
    var clientCount = 10_000
    var roundCount = 5

    init(_ words: [String]) {
        var rest = words[...]
        while let option = rest.popFirst() {
            let value = rest.popFirst() ?? ""
            switch option {
            case "--port": self.port = UInt16(value) ?? 0
            case "--path": self.path = value
            case "--passes": self.passes = Self.lines(of: value)
            case "--clients": self.clientCount = Int(value) ?? 0
            case "--rounds": self.roundCount = Int(value) ?? 0
            default: fail("what is \(option)?")
            }
        }
        guard self.port > 0, !self.path.isEmpty, self.clientCount > 0, self.roundCount > 0 else {
            fail("needs --port and --path, and numbers above zero")
        }
        guard self.passes.isEmpty || self.passes.count >= self.clientCount else { fail("there are too few passes") }
    }

    private static func lines(of file: String) -> [Substring] {
        guard let stream = fopen(file, "r") else { fail("\(file) cannot be read") }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        while case let byte = getc(stream), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}

signal(SIGPIPE, SIG_IGN)
let arguments = BurstArguments(Array(CommandLine.arguments.dropFirst()))
var burst = Burst(arguments)
for _ in 0..<arguments.roundCount { say(burst.round().json, to: 1) }
