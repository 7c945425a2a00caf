internal import Foundation

/// Writes when what was published was sent, a line for each packet: publisher, kind of tag, when it was due, when its
/// last byte was given to the kernel.
enum PublishTimes {
    struct Row {
        let number: Int
        let packet: PublishScript.Packet
        let sentAt: Int64
    }

    static func write(_ rows: [Row], to path: String) {
        let lines = rows.map { "\($0.number) \($0.packet.kind) \($0.packet.due) \($0.sentAt)\n" }
        guard FileManager.default.createFile(atPath: path, contents: Data(lines.joined().utf8)) else {
            fail("cannot write \(path)")
        }
    }
}
