internal import Glibc
internal import Primitives
internal import RTMPIngest

// Reads what a publisher sent, again and again, without a socket: `IngestParse RECORDING SECONDS`. Prints how often,
// how many access units came out each time, and the CPU time that one second of the stream took. What was recorded
// lasts SECONDS.

func fail(_ sentence: String) -> Never {
    let bytes = Array("IngestParse: \(sentence)\n".utf8)
    _ = write(2, bytes, bytes.count)
    exit(2)
}

func cpuNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Long enough that the clock's grain and the first, cold run do not show.
let measuredNanosecondsMin = 1_000_000_000

guard CommandLine.arguments.count == 3, let seconds = Double(CommandLine.arguments[2]), seconds > 0,
    let recording = Recording(path: CommandLine.arguments[1])
else { fail("needs a recording and how many seconds it lasts") }

do throws(RTMPError) {
    let unitCount = try recording.replay(seconds: seconds)
    let start = cpuNanoseconds()
    var spent = 0
    var runCount = 0
    while spent < measuredNanosecondsMin {
        guard try recording.replay(seconds: seconds) == unitCount else { fail("two runs differ") }
        runCount += 1
        spent = cpuNanoseconds() - start
    }
    let perSecond = Double(spent) / Double(runCount) / seconds
    let line = Array("runs \(runCount) units \(unitCount) nanoseconds \(Int(perSecond))\n".utf8)
    _ = write(1, line, line.count)
} catch {
    fail("\(error.label): \(error.sentence)")
}
