package import Reactor

/// Somebody tries a password: for which account, from where.
package struct SignInAttempt: Hashable, Sendable {
    /// The beginning of the blind index of the address that was typed, whether or not there is such an account: both
    /// are treated alike.
    package let account: UInt64
    /// An IPv4 address, or the 64 bits of a network of IPv6.
    package let address: SocketAddress.Host

    package init(account: UInt64, address: SocketAddress.Host) {
        self.account = account
        self.address = address.network
    }

    /// The same account, from anywhere in the same block of networks.
    var ofBlock: SignInAttempt { SignInAttempt(account: self.account, address: self.address.block) }
}
