/// Who says what to which command. Every transaction but zero gets an answer: encoders wait for it.
extension RTMPSession {
    /// Longer names are of no command, and are not compared with any.
    private static let nameByteCountMax = 64

    mutating func handle(_ command: RTMPCommand, on streamID: UInt32) throws(RTMPError) -> Step? {
        if self.phase != .publishing {
            self.unprovenCommandCount += 1
            guard self.unprovenCommandCount <= self.limits.unprovenCommandCountMax else { throw .tooManyCommands }
        }
        let name = command.name.utf8.count <= Self.nameByteCountMax ? command.name : ""
        switch name {
        case "connect": try self.connect(command)
        // Answers to our own commands, of which none asks for one.
        case "_result", "_error", "onStatus": break
        case "publish": return try self.publish(command, on: streamID)
        case _ where self.phase == .connecting:
            self.answerError(command, "NetConnection.Call.Failed", "connect comes first.")
        case "createStream": self.createStream(command)
        case "FCPublish": self.announce("onFCPublish", "NetStream.Publish.Start", command)
        case "FCUnpublish":
            self.announce("onFCUnpublish", "NetStream.Unpublish.Success", command)
            return self.unpublish()
        case "closeStream":
            self.answer(command, .null)
            return self.closeStream(streamID)
        case "deleteStream": return self.deleteStream(command)
        case "getStreamLength": self.answer(command, .number(0))
        case "play", "play2":
            self.sendStatus("error", "NetStream.Play.Failed", "Nothing is played here.", streamID: streamID)
        // releaseStream, _checkbw and whatever else: a null result satisfies encoders that an error would stop.
        default: self.answer(command, .null)
        }
        return nil
    }

    /// The old Flash encoder's pair of answers; only for those who count their transactions.
    private mutating func announce(_ name: String, _ code: String, _ command: RTMPCommand) {
        guard command.transaction != 0 else { return }
        self.send(name, 0, .null, [.object(Self.status("status", code, "Noted."))])
        self.answer(command, .null)
    }
}
