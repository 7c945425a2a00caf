package import Primitives

extension Connection {
    /// Bounds of one connection's dealings with its socket.
    package struct Limits: Sendable {
        /// Below this much queued output the handler is asked for more.
        package var lowWaterByteCount = 16 * 1024
        /// Reads of up to 64 KiB per readiness, before other connections have their turn.
        package var readCountPerTurnMax = 4
        /// Bytes sent per readiness, before other connections have their turn.
        package var sendByteCountPerTurnMax = 2 * 1024 * 1024
        /// Connections of one loop that agree on TLS at the same time.
        package var handshakeCountMax = 1000
        /// A TLS handshake takes no longer than this.
        package var handshakeTime = TimeAmount.seconds(10)
        /// A peer that takes less than `writeByteCountMin` in `writeStallTime` while bytes wait is given up.
        package var writeStallTime = TimeAmount.seconds(30)
        package var writeByteCountMin = 16 * 1024
        /// After our last byte the peer has this long to close, so that it can read what was sent.
        package var lingerTime = TimeAmount.seconds(2)
        package var lingerByteCountMax = 256 * 1024

        package init() {}
    }
}
