import Glibc
import Testing

@testable import Reactor

@Suite("Poller")
struct PollerTests {
    private final class Source: EventSource {
        func ready(_ events: ReadyEvents) {}
    }

    private func pipeEnds() -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("An event of a descriptor that was closed and opened again in the same batch is dropped")
    func staleEvent() throws {
        var poller = try Poller()
        let (first, second) = (Source(), Source())
        let old = self.pipeEnds()
        let new = self.pipeEnds()
        write(old.write, "x", 1)
        try poller.register(old.read, .readable, first)
        #expect(poller.wait(timeoutMilliseconds: 1000) == 1)
        #expect(poller.event(at: 0)?.source === first)
        // The batch still holds the event while the number comes to mean another pipe.
        poller.remove(old.read)
        #expect(dup2(new.read, old.read) == old.read)
        try poller.register(old.read, .readable, second)
        #expect(poller.event(at: 0) == nil)
        write(new.write, "x", 1)
        #expect(poller.wait(timeoutMilliseconds: 1000) == 1)
        #expect(poller.event(at: 0)?.source === second)
        for fd in [old.read, old.write, new.read, new.write] { close(fd) }
    }

    @Test("What was removed is not reported, and may be removed again")
    func removed() throws {
        var poller = try Poller()
        let ends = self.pipeEnds()
        try poller.register(ends.read, .readable, Source())
        #expect(poller.registrationCount == 1)
        poller.remove(ends.read)
        poller.remove(ends.read)
        #expect(poller.registrationCount == 0)
        write(ends.write, "x", 1)
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
        close(ends.read)
        close(ends.write)
    }

    @Test("A descriptor that cannot be polled is refused and leaves nothing behind")
    func refused() throws {
        var poller = try Poller()
        let file = open("/dev/null", O_RDONLY)
        #expect(throws: SystemError(code: EPERM, call: "epoll_ctl")) {
            try poller.register(file, .readable, Source())
        }
        #expect(poller.registrationCount == 0)
        close(file)
    }
}
