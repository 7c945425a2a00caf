internal import CLinux
internal import Glibc
internal import Primitives

/// One thread, one epoll set, one timer wheel, and the connections that live on them.
package final class EventLoop: @unchecked Sendable {
    package init() {}

    package func assertIsOnLoop() {}
}
