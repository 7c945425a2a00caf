internal import Glibc

/// Listening sockets that a supervisor opened for us (socket activation): descriptors from 3 on, named by the
/// environment variables LISTEN_FDS and LISTEN_PID. With them a restart loses no connection, and ports below 1024 need
/// no privilege.
package struct InheritedListeners {
    /// More than this is not believed.
    package static let countMax = 64
    private static let firstDescriptor: CInt = 3

    /// With the name that each was given in LISTEN_FDNAMES; empty where there is none.
    package let named: [(name: String, listener: Listener)]

    package var listeners: [Listener] { self.named.map(\.listener) }

    /// Takes the sockets over. Empty when the variables are absent or meant for another process; a descriptor that is
    /// not a listening TCP socket is an error of the supervisor's settings and throws.
    package init(
        environment: (String) -> String? = Self.variable, firstDescriptor: CInt = Self.firstDescriptor
    ) throws(SystemError) {
        guard let process = environment("LISTEN_PID"), pid_t(process) == getpid(),
            let count = environment("LISTEN_FDS").flatMap({ Int($0) }), (1...Self.countMax).contains(count)
        else {
            self.named = []
            return
        }
        let names = (environment("LISTEN_FDNAMES") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var named: [(name: String, listener: Listener)] = []
        for offset in 0..<count {
            let name = offset < names.count ? String(names[offset]) : ""
            named.append((name, try Listener(inherited: firstDescriptor + CInt(offset))))
        }
        self.named = named
    }

    /// Children must not take the sockets for theirs.
    package static func forget() {
        unsetenv("LISTEN_PID")
        unsetenv("LISTEN_FDS")
        unsetenv("LISTEN_FDNAMES")
    }

    package static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
