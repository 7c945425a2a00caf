internal import Primitives

/// Addresses that begin with the same bits: `10.0.0.0/8`, `2001:db8::/32`, or one alone.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private let first: SocketAddress.Host
    private let bitCount: Int

    /// Nil for what is none. Bits behind those that count are passed over.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let host = SocketAddress.Host(parts[0]) else { return nil }
        let bitCountMax = host.bitCount
        guard parts.count == 2 else {
            (self.first, self.bitCount) = (host, bitCountMax)
            return
        }
        guard let count = DecimalText.parse(parts[1].utf8), (0...bitCountMax).contains(count) else { return nil }
        (self.first, self.bitCount) = (host.prefix(count), count)
    }

    package func contains(_ host: SocketAddress.Host) -> Bool {
        host.bitCount == self.first.bitCount && host.prefix(self.bitCount) == self.first
    }

    package var description: String {
        let text = SocketAddress(host: self.first, port: 0).hostText
        return self.bitCount == self.first.bitCount ? text : "\(text)/\(self.bitCount)"
    }
}

extension SocketAddress.Host {
    fileprivate var bitCount: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// The first bits, and zeros behind them.
    fileprivate func prefix(_ count: Int) -> SocketAddress.Host {
        switch self {
        case .v4(let value): .v4(value & ~(UInt32.max >> count))
        case .v6(let high, let low):
            .v6(high: high & ~(UInt64.max >> count), low: count > 64 ? low & ~(UInt64.max >> (count - 64)) : 0)
        }
    }
}
