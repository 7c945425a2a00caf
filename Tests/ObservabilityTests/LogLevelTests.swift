import Observability
import Testing

struct LogLevelTests {
    @Test("A level is found by its name, and only by it", arguments: LogLevel.allCases)
    func names(level: LogLevel) {
        #expect(LogLevel(name: level.name.description) == level)
        #expect(LogLevel(name: level.name.description.uppercased()) == nil)
        #expect(LogLevel(name: "") == nil)
    }

    @Test("Levels are ordered by how much they matter")
    func order() {
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
        #expect(LogLevel.debug < .info && LogLevel.info < .warning && LogLevel.warning < .error)
    }
}
