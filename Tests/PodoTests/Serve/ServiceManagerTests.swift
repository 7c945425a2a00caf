import Foundation
import Primitives
import Testing

@testable import podo

@Suite struct ServiceManagerTests {
    @Test("messages are those of sd_notify")
    func texts() {
        let now = MonotonicTime(nanoseconds: 5_000_999)
        #expect(ServiceManager.Message.ready.text(now: now) == "READY=1")
        #expect(ServiceManager.Message.reloading.text(now: now) == "RELOADING=1\nMONOTONIC_USEC=5000")
        #expect(ServiceManager.Message.stopping.text(now: now) == "STOPPING=1")
    }

    @Test("a message arrives at the socket that the environment names", arguments: [false, true])
    func arrives(isAbstract: Bool) throws {
        let temporary = try TemporaryDirectory()
        let path = isAbstract ? "@podo-\(UUID().uuidString)" : temporary.path + "/s"
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = isAbstract ? [0] + Array(path.utf8.dropFirst()) : Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let isBound = withUnsafeBytes(of: &address) {
            bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(2 + bytes.count))
        }
        try #require(isBound == 0)
        ServiceManager(environment: ["NOTIFY_SOCKET": path]).send(.ready)
        var received = [UInt8](repeating: 0, count: 64)
        let count = recv(descriptor, &received, received.count, CInt(MSG_DONTWAIT))
        #expect(String(decoding: received[..<max(0, count)], as: UTF8.self) == "READY=1")
    }

    @Test(
        "a path that is too long, empty or nobody's is ignored",
        arguments: ["", "/nobody", String(repeating: "x", count: 200)])
    func ignored(_ path: String) {
        ServiceManager(environment: ["NOTIFY_SOCKET": path]).send(.ready)
    }
}
