internal import Glibc

/// A publisher of tests on a socket: runs a profile's commands against a server, sends media, and keeps the answers.
package final class RTMPPublisherClient {
    package struct Failure: Error {
        package let what: String
    }

    package var publisher: RTMPPublisher
    package let socket: TestClient
    /// Everything the server said after its handshake, in order.
    package private(set) var answers: [PublisherAnswers.Answer] = []
    private var reader = PublisherAnswers()
    private var takenCount = 0

    package init(port: UInt16, _ publisher: RTMPPublisher) throws {
        self.publisher = publisher
        self.socket = try TestClient(port: port)
    }

    /// The bytes of S0, S1 and S2.
    package var handshakeAnswer: [UInt8] { self.reader.handshake ?? [] }

    /// Handshake, then all steps of the profile; returns when media may be sent.
    package func start() throws {
        try self.shakeHands()
        for step in self.publisher.profile.steps { try self.take(step) }
    }

    package func shakeHands() throws {
        try self.socket.send(self.publisher.handshake.start)
        while self.reader.handshake == nil { try self.receive() }
        try self.socket.send(self.publisher.handshake.end(self.handshakeAnswer) + self.publisher.announcement())
    }

    package func take(_ step: PublisherProfile.Step) throws {
        switch step {
        case .awaitConnect:
            let answer = try self.wait { $0.command == "_result" || $0.command == "_error" }
            guard answer.code == "NetConnection.Connect.Success" else { throw Failure(what: "\(answer.values)") }
            try self.mirror()
        case .awaitStream:
            // Answers to releaseStream and FCPublish come before it and name no number.
            let answer = try self.wait { $0.command == "_result" && $0.values.last?.number != nil }
            self.publisher.streamID = UInt32(answer.values.last?.number ?? 1)
        case .awaitPublish:
            let answer = try self.wait { $0.command == "onStatus" }
            guard answer.code == "NetStream.Publish.Start" else { throw Failure(what: answer.code ?? "no code") }
        default:
            try self.socket.send(self.publisher.bytes(for: step))
        }
    }

    /// Sends media at once, and takes in what the server says meanwhile.
    package func send(_ tags: [PublisherTag]) throws {
        for tag in tags { try self.socket.send(self.publisher.media(tag)) }
        try self.receiveWaiting()
    }

    /// Ends the publish as the program would; the connection stays.
    package func end() throws { try self.socket.send(self.publisher.end()) }

    /// The next answer, of those not waited for yet, that fits; fails when the server closes before.
    package func wait(for fits: (PublisherAnswers.Answer) -> Bool) throws -> PublisherAnswers.Answer {
        while true {
            while self.takenCount < self.answers.count {
                self.takenCount += 1
                if fits(self.answers[self.takenCount - 1]) { return self.answers[self.takenCount - 1] }
            }
            try self.receive()
        }
    }

    /// Reads until the server closes.
    package func receiveToEnd() throws {
        while true {
            let bytes = try self.socket.receive()
            if bytes.isEmpty { return }
            self.answers += try self.reader.receive(bytes)
        }
    }

    private func receive() throws {
        let bytes = try self.socket.receive()
        guard !bytes.isEmpty else { throw Failure(what: "the server closed") }
        self.answers += try self.reader.receive(bytes)
    }

    /// Takes what lies ready, without waiting for more.
    private func receiveWaiting() throws {
        while true {
            var state = pollfd(fd: self.socket.descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&state, 1, 0) == 1, state.revents & Int16(POLLIN) != 0 else { return }
            try self.receive()
        }
    }

    private func mirror() throws {
        guard self.publisher.profile.mirrorsChunkSize, self.reader.chunkByteCount != 128 else { return }
        try self.socket.send(self.publisher.chunks.setChunkSize(self.reader.chunkByteCount))
    }
}
