import Glibc
import Primitives
import TestSupport
import Testing

@testable import Reactor

@Suite("Inherited listeners")
struct InheritedListenersTests {
    @Test("Variables that are absent, meant for others or nonsense give no listeners")
    func ignored() throws {
        let own = "\(getpid())"
        let tables: [[String: String]] = [
            [:], ["LISTEN_FDS": "1"], ["LISTEN_PID": own], ["LISTEN_PID": "1", "LISTEN_FDS": "1"],
            ["LISTEN_PID": own, "LISTEN_FDS": "0"], ["LISTEN_PID": own, "LISTEN_FDS": "-1"],
            ["LISTEN_PID": own, "LISTEN_FDS": "65"], ["LISTEN_PID": "x", "LISTEN_FDS": "1"],
        ]
        for table in tables {
            #expect(try InheritedListeners(environment: { table[$0] }).listeners.isEmpty, "\(table)")
        }
    }

    @Test("An inherited socket is taken over with its address, and shutting it leaves the parent's alone")
    func takenOver() throws {
        let parent = try Listener(.loopback(port: 0))
        let fd = dup(parent.descriptor)
        let table = ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "1"]
        let inherited = try InheritedListeners(environment: { table[$0] }, firstDescriptor: fd)
        #expect(inherited.listeners.map(\.address) == [parent.address])
        #expect(fcntl(fd, F_GETFD) & FD_CLOEXEC != 0)
        inherited.listeners[0].shut()
        let client = try TestClient(port: parent.address.port)
        try client.send("still listening")
    }

    @Test("A descriptor that does not listen is an error")
    func notListening() throws {
        let fd = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(fd) }
        let table = ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "1"]
        #expect(throws: SystemError.self) {
            try InheritedListeners(environment: { table[$0] }, firstDescriptor: fd)
        }
    }
}
