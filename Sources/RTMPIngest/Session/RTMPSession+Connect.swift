/// The connection itself: `connect`, streams, and what the server says about it.
extension RTMPSession {
    /// The answer that suits all clients: windows and chunk size come first, because senders like ffmpeg take over the
    /// chunk size that they have heard when the result arrives.
    mutating func connect(_ command: RTMPCommand) throws(RTMPError) {
        guard self.phase == .connecting else {
            return self.answerError(command, "NetConnection.Connect.Rejected", "This connection is connected already.")
        }
        guard let request = ConnectRequest(command.object) else {
            self.answerError(command, "NetConnection.Connect.Rejected", "connect needs an object of properties.")
            throw .connectInvalid
        }
        self.connection = request
        self.phase = .connected
        self.writer.appendWindow(self.limits.windowByteCount, to: &self.output)
        self.writer.appendPeerBandwidth(self.limits.windowByteCount, to: &self.output)
        self.writer.appendSetChunkSize(self.limits.sentChunkByteCount, to: &self.output)
        var server = [
            AMFProperty("fmsVer", .string("FMS/3,0,1,123")), AMFProperty("capabilities", .number(31)),
            AMFProperty("mode", .number(1)),
        ]
        var information = Self.status(
            "status", "NetConnection.Connect.Success", "Connection accepted.")
        information.append(AMFProperty("objectEncoding", .number(request.objectEncoding)))
        // Enhanced RTMP does not say in which of the two objects: clients look into either.
        if request.isEnhanced {
            server += EnhancedCapabilities.properties
            information += EnhancedCapabilities.properties
        }
        self.send("_result", command.transaction, .object(server), [.object(information)])
    }

    /// Streams are numbers and nothing is kept of them; how many may be open is bounded all the same.
    mutating func createStream(_ command: RTMPCommand) {
        guard self.openStreamCount < self.limits.messageStreamCountMax else {
            return self.answerError(command, "NetConnection.Call.Failed", "Too many streams are open.")
        }
        self.openStreamCount += 1
        self.createdStreamID &+= 1
        self.answer(command, .number(Double(self.createdStreamID)))
    }

    /// Asks a client that said it can (capsEx) to connect again elsewhere or later; false when it cannot.
    package mutating func requestReconnect() -> Bool {
        guard self.connection.capabilities & ConnectRequest.reconnectCapability != 0 else { return false }
        self.sendStatus("status", "NetConnection.Connect.ReconnectRequest", "The server is restarting.", streamID: 0)
        return true
    }

    /// Nothing when the client wants no answer.
    mutating func answer(_ command: RTMPCommand, _ value: AMFValue) {
        guard command.transaction != 0 else { return }
        self.send("_result", command.transaction, .null, [value])
    }

    mutating func answerError(_ command: RTMPCommand, _ code: String, _ description: String) {
        guard command.transaction != 0 else { return }
        self.send("_error", command.transaction, .null, [.object(Self.status("error", code, description))])
    }

    mutating func sendStatus(_ level: String, _ code: String, _ description: String, streamID: UInt32) {
        let status: AMFValue = .object(Self.status(level, code, description))
        self.send("onStatus", 0, .null, [status], streamID: streamID)
    }

    mutating func send(
        _ name: String, _ transaction: Double, _ object: AMFValue, _ arguments: [AMFValue], streamID: UInt32 = 0
    ) {
        let command = RTMPCommand(name: name, transaction: transaction, object: object, arguments: arguments)
        self.writer.append(command, streamID: streamID, to: &self.output)
    }

    static func status(_ level: String, _ code: String, _ description: String) -> [AMFProperty] {
        [
            AMFProperty("level", .string(level)), AMFProperty("code", .string(code)),
            AMFProperty("description", .string(description)),
        ]
    }
}
