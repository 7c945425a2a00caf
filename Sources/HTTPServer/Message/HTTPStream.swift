package import Reactor

/// Makes a response body piece by piece. Called once, on the connection's loop, after the head was queued.
package typealias HTTPStreamProducer = @Sendable (_ writer: HTTPStreamWriter) -> Void

/// Where a streamed body is written to. Lives on the loop of its connection and is used from there alone.
///
/// A producer writes until `.full`, then waits for `onDrain`. Nothing is buffered without bound: bytes offered while
/// full are refused, and the producer decides whether to wait, to skip, or to give up.
package final class HTTPStreamWriter: @unchecked Sendable {
    package enum WriteResult: Equatable, Sendable {
        case queued
        /// Not taken. `onDrain` is called when there is room again.
        case full
        /// The client is gone; nothing will be sent any more.
        case closed
    }

    /// The protocol side of the stream. Both must be called on `loop`.
    package struct Transport {
        package var write: (_ bytes: [UInt8]) -> WriteResult
        package var finish: () -> Void
        /// Ends the connection or stream so that the client sees the body was cut short.
        package var abort: () -> Void

        package init(
            write: @escaping (_ bytes: [UInt8]) -> WriteResult, finish: @escaping () -> Void,
            abort: @escaping () -> Void
        ) {
            self.write = write
            self.finish = finish
            self.abort = abort
        }
    }

    // SAFETY: every property is touched on `loop` only; each entry point asserts it.
    package let loop: EventLoop
    private var transport: Transport?

    /// Called on the loop when there is room again after `.full`.
    package var onDrain: (() -> Void)?
    /// Called on the loop once, when the client has gone before `finish`.
    package var onClose: (() -> Void)?

    package init(loop: EventLoop, transport: Transport) {
        self.loop = loop
        self.transport = transport
    }

    package func write(_ bytes: [UInt8]) -> WriteResult {
        self.loop.assertIsOnLoop()
        guard let transport = self.transport else { return .closed }
        return transport.write(bytes)
    }

    package func finish() {
        self.loop.assertIsOnLoop()
        let transport = self.transport
        self.end()
        transport?.finish()
    }

    /// Gives up in the middle; the client can tell.
    package func abort() {
        self.loop.assertIsOnLoop()
        let transport = self.transport
        self.end()
        transport?.abort()
    }

    // MARK: Called by the protocol side

    package func transportDrained() { self.onDrain?() }

    package func transportClosed() {
        guard self.transport != nil else { return }
        let onClose = self.onClose
        self.end()
        onClose?()
    }

    private func end() {
        self.transport = nil
        self.onDrain = nil
        self.onClose = nil
    }
}
