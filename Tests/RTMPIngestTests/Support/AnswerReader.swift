import Primitives
import RTMPIngest

/// Reads what a server says, piece by piece, into short lines.
struct AnswerReader {
    /// S0, S1 and S2.
    private var handshakeByteCountLeft = 1 + 1536 + 1536
    private var decoder = ChunkDecoder(limits: RTMPLimits())
    private(set) var lines: [String] = []
    private(set) var commands: [RTMPCommand] = []

    init() {}

    mutating func read(_ bytes: [UInt8]) {
        var offset = min(self.handshakeByteCountLeft, bytes.count)
        self.handshakeByteCountLeft -= offset
        do throws(ChunkError) {
            while case .message(let header, let payload) = try self.decoder.next(bytes.span.bytes, &offset) {
                switch payload {
                case .input(let range): self.note(header, Array(bytes[range]))
                case .assembled(let assembled): self.note(header, assembled)
                }
            }
        } catch {
            self.lines.append("\(error)")
        }
    }

    private mutating func note(_ header: MessageHeader, _ payload: [UInt8]) {
        let bytes = payload.span.bytes
        let number = bytes.bigEndianUInt32(at: 0) ?? 0
        switch header.type {
        case .acknowledgement: self.lines.append("acknowledged \(number)")
        case .windowAcknowledgementSize: self.lines.append("window \(number)")
        case .setPeerBandwidth: self.lines.append("bandwidth \(number) \(bytes.byte(at: 4) ?? 255)")
        case .userControl:
            let (event, value) = (bytes.bigEndianUInt16(at: 0) ?? 0, bytes.bigEndianUInt32(at: 2) ?? 0)
            self.lines.append("control \(event) \(value)")
        default:
            guard let command = RTMPCommand(header.type, bytes, limits: RTMPLimits()) else {
                return self.lines.append("unreadable")
            }
            self.commands.append(command)
            self.lines.append(Self.line(of: command, on: header.streamID))
        }
    }

    private static func line(of command: RTMPCommand, on streamID: UInt32) -> String {
        let what: String
        switch command.arguments.first {
        case .number(let value)?: what = " \(Int(value))"
        case let value?: what = (value["code"]?.string).map { " " + $0 } ?? ""
        case nil: what = ""
        }
        let stream = streamID == 0 ? "" : " on \(streamID)"
        return "\(command.name) \(Int(command.transaction))\(what)\(stream)"
    }
}
