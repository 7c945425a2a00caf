package import Primitives

/// How much hashing of passwords may take of the machine.
package struct PasswordLimits: Sendable {
    /// Hashes computed at once: each takes a core and the memory of its parameters (19 MiB).
    package var threadCount = 1
    /// Hashes that wait. With more, whoever comes is told to come again (503), without any work done.
    package var waitingCountMax = 256
    /// The part of them that one block of networks may have (a /24 of IPv4, a /48 of IPv6), whatever for and whether
    /// the passwords are right: nobody fills the queue alone.
    package var waitingCountPerBlockMax: Int { max(1, self.waitingCountMax / 8) }
    /// Who has waited longer is told so instead of served: whoever asked has gone.
    package var waitTimeMax = TimeAmount.seconds(15)
    /// How far below the loops the threads are, of 19: the loops run first whenever they have something to do.
    package var niceness = 10
    /// Of the time after which whoever is turned away may come again. Spread, so that not all come at once.
    package var retryTimeMax = TimeAmount.seconds(30)

    /// One hash per core at once, but one core is for the loops where there are several.
    package init(coreCount: Int = 1) { self.threadCount = max(1, coreCount - 1) }
}
