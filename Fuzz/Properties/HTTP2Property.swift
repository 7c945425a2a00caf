internal import HTTPServer
internal import Primitives

/// HTTP/2: no bytes trap the session, make it start more than its limits allow, or make its output grow beyond them.
///
/// An input without the client's preface is given one and an empty SETTINGS frame, so that frames are reached.
package enum HTTP2Property: FuzzProperty {
    package static let name = "http2"

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let emptySettings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    /// One response of the answering delegate and the frames around it.
    private static let responseByteCountMax = 64 * 1024

    package static func violation(of bytes: [UInt8]) -> String? {
        let input = bytes.starts(with: [0x50, 0x52, 0x49]) ? bytes : self.preface + self.emptySettings + bytes
        var cutter = InputCutter(seed: bytes)
        for pieces in [[input], cutter.cut(input)] {
            let run = SessionRun(feeding: pieces) { HTTP2Session(context: $0, delegate: $1) }
            let limits = HTTPLimits()
            if run.requests.count > limits.requestCountPerConnectionMax { return "\(run.requests.count) requests" }
            let queued = run.queuedByteCountMax
            if queued > limits.queuedOutputByteCountMax + Self.responseByteCountMax { return "\(queued) bytes queued" }
        }
        return nil
    }
}
