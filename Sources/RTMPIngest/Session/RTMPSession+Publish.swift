internal import Observability

/// A publish from its request to its end.
extension RTMPSession {
    mutating func publish(_ command: RTMPCommand, on streamID: UInt32) throws(RTMPError) -> Step? {
        guard self.phase != .connecting else {
            self.sendStatus("error", "NetStream.Publish.Denied", "connect comes first.", streamID: streamID)
            throw .publishBeforeConnect
        }
        // How Flash says that it ends.
        if command.arguments.first == .boolean(false) { return self.closeStream(streamID) }
        let name = command.arguments.first?.string ?? ""
        if self.phase == .publishing {
            if streamID == self.publishing.streamID, self.publishing.name.matches(name) {
                self.sendPublishStart()
            } else {
                let why = "This connection publishes another stream already."
                self.sendStatus("error", "NetStream.Publish.BadName", why, streamID: streamID)
            }
            return nil
        }
        self.publishing = Publishing(streamID: streamID, name: Secret(name))
        self.phase = .deciding
        return .publishRequested(
            PublishAddress(url: self.connection.url, application: self.connection.application, name: name))
    }

    /// NetStream.Publish.Start: media may come.
    package mutating func acceptPublish() {
        guard self.phase == .deciding else { return }
        self.phase = .publishing
        self.decoder.isProven = true
        self.unprovenCommandCount = 0
        self.sendPublishStart()
    }

    /// Puts the refusal in words the publisher's program shows; the owner then finishes the connection.
    package mutating func refusePublish(_ refusal: PublishRefusal) {
        guard self.phase == .deciding else { return }
        self.phase = .connected
        self.send(refusal)
    }

    /// Tells the publisher why its publish ends here (replaced, over its limits, server stops), before closing.
    package mutating func endPublish(_ refusal: PublishRefusal) {
        guard self.phase != .handshaking, self.phase != .connecting else { return }
        self.phase = .connected
        self.send(refusal)
    }

    /// `deleteStream` of the publish's number, or with something else than a number: some send the key.
    mutating func deleteStream(_ command: RTMPCommand) -> Step? {
        self.openStreamCount = max(self.openStreamCount - 1, 0)
        self.answer(command, .null)
        if let number = command.arguments.first?.number, number != Double(self.publishing.streamID) { return nil }
        return self.unpublish()
    }

    /// Ends the publish when it is on this stream; some say it on none.
    mutating func closeStream(_ streamID: UInt32) -> Step? {
        streamID == self.publishing.streamID || streamID == 0 ? self.unpublish() : nil
    }

    /// Once, however many of the commands that end a publish come.
    mutating func unpublish() -> Step? {
        guard self.phase == .publishing else { return nil }
        self.phase = .connected
        self.sendStatus(
            "status", "NetStream.Unpublish.Success", "The stream has ended.", streamID: self.publishing.streamID)
        return .unpublished
    }

    private mutating func sendPublishStart() {
        let streamID = self.publishing.streamID
        self.writer.appendUserControl(UserControl.streamBeginEvent, streamID, to: &self.output)
        self.sendStatus("status", "NetStream.Publish.Start", "Publishing.", streamID: streamID)
    }

    /// Of level error whatever it is: that is what programs show to people.
    private mutating func send(_ refusal: PublishRefusal) {
        let streamID = self.publishing.streamID
        switch refusal.code {
        case .badName: self.sendStatus("error", "NetStream.Publish.BadName", refusal.description, streamID: streamID)
        case .denied: self.sendStatus("error", "NetStream.Publish.Denied", refusal.description, streamID: streamID)
        case .closed: self.sendStatus("error", "NetConnection.Connect.Closed", refusal.description, streamID: 0)
        }
    }
}
