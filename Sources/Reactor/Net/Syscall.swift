internal import Glibc

/// An error number with the call that gave it.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    package let code: CInt
    package let call: String

    package init(code: CInt, call: StaticString) {
        self.code = code
        self.call = call.description
    }

    /// Takes `errno` of the call that has just failed.
    package static func last(_ call: StaticString) -> SystemError { SystemError(code: errno, call: call) }

    package var description: String { "\(self.call): \(String(cString: strerror(self.code)))" }
}

/// What a non-blocking call came back with.
enum SyscallResult<Value> {
    case done(Value)
    case wouldBlock
    case failed(CInt)
}

/// Runs one system call until it is not interrupted. EBADF and EFAULT can only be our own mistake: going on would
/// touch somebody else's descriptor, so they end the process.
@inline(__always)
func systemCall<Value: FixedWidthInteger & SignedInteger>(_ call: () -> Value) -> SyscallResult<Value> {
    while true {
        let result = call()
        if result >= 0 { return .done(result) }
        let code = errno
        switch code {
        case EINTR: continue
        case EAGAIN: return .wouldBlock
        case EBADF, EFAULT: fatalError("impossible errno \(code)")
        default: return .failed(code)
        }
    }
}
