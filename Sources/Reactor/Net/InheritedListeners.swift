internal import Glibc

/// Listening sockets that a supervisor opened for us (socket activation): descriptors from 3 on, named by the
/// environment variables LISTEN_FDS and LISTEN_PID. With them a restart loses no connection, and ports below 1024 need
/// no privilege.
package struct InheritedListeners {
    /// More than this is not believed.
    package static let countMax = 64
    private static let firstDescriptor: CInt = 3

    package let listeners: [Listener]

    /// Takes the sockets over. Empty when the variables are absent or meant for another process; a descriptor that is
    /// not a listening TCP socket is an error of the supervisor's settings and throws.
    package init(
        environment: (String) -> String? = Self.variable, firstDescriptor: CInt = Self.firstDescriptor
    ) throws(SystemError) {
        guard let process = environment("LISTEN_PID"), pid_t(process) == getpid(),
            let count = environment("LISTEN_FDS").flatMap({ Int($0) }), (1...Self.countMax).contains(count)
        else {
            self.listeners = []
            return
        }
        var listeners: [Listener] = []
        for offset in 0..<count {
            listeners.append(try Listener(inherited: firstDescriptor + CInt(offset)))
        }
        self.listeners = listeners
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
