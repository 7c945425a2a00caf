/// Skeleton: sockets that the parent process opened (socket activation). Replaced by the real one.
package enum InheritedListeners {
    package static func take(environment: [String: String]) throws(SystemError) -> [(name: String, listener: Listener)] {
        []
    }
}
