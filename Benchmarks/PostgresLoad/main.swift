internal import Glibc
internal import Observability
internal import Postgres
internal import Primitives
internal import Reactor
internal import Synchronization

// The load that `Benchmarks/run postgres` compares with pgbench:
// `PostgresLoad URL read|commit IN_FLIGHT SECONDS LOOPS CONNECTIONS`. Prints what was done in a second, and the median
// and the 99th hundredth of the times in microseconds.

let arguments = CommandLine.arguments
guard arguments.count == 7, let inFlight = Int(arguments[3]), let seconds = Int64(arguments[4]),
    let loopCount = Int(arguments[5]), let connectionCount = Int(arguments[6])
else {
    print("usage: PostgresLoad URL read|commit IN_FLIGHT SECONDS LOOPS CONNECTIONS")
    exit(2)
}

let rowCount: Int32 = 100_000
let read = PostgresStatement("read", "SELECT abalance FROM pgbench_accounts WHERE aid = $1", effect: .reads)
let commit = PostgresStatement("commit", "INSERT INTO pgbench_history (tid, bid, aid, delta) VALUES (1, 1, $1, 1)")
let statement = arguments[2] == "read" ? read : commit

var limits = PostgresLimits()
limits.interactive.connectionCountMax = connectionCount
let group = try EventLoopGroup(loopCount: loopCount)
let database = PostgresDatabase(
    options: try PostgresConnectionOptions(Secret(arguments[1])), loops: group.loops, limits: limits,
    metrics: PostgresMetrics(registry: MetricsRegistry(loopCount: loopCount)), log: Log(level: .warning))
group.start()
database.start()

/// False when it was refused because a disk stood still for a second: that is not counted as done.
func perform(_ account: Int32) async throws -> Bool {
    do {
        let rows = try await database.run(statement, account)
        if statement.effect == .reads { _ = try rows.single(Int32.self) }
        return true
    } catch {
        if error.code == .overloaded { return false }
        throw error
    }
}

/// Statements one after the other until `end`; how long each took after `begin`.
func call(from begin: MonotonicTime, until end: MonotonicTime, seed: UInt64) async throws -> [Int64] {
    var random = FastRandom(seed: seed)
    var times: [Int64] = []
    var now = MonotonicTime.now
    while now < end {
        let account = Int32.random(in: 1...rowCount, using: &random)
        let isDone = try await perform(account)
        let done = MonotonicTime.now
        if isDone, now >= begin { times.append((done - now).nanoseconds) }
        now = done
    }
    return times
}

let begin = MonotonicTime.now + .milliseconds(500)
let end = begin + .seconds(seconds)
let calls = (0..<inFlight).map { index in
    Task(executorPreference: group.loops[index % loopCount]) {
        try await call(from: begin, until: end, seed: UInt64(index) + 1)
    }
}
var times: [Int64] = []
for call in calls { times += try await call.value }
times.sort()
let rate = Double(times.count) / Double(seconds)
print("\(Int(rate)) \(times[times.count / 2] / 1000) \(times[times.count * 99 / 100] / 1000)")
