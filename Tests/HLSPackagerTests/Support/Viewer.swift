import HTTPServer
import Primitives
import Reactor
import Testing

@testable import HLSPackager

/// One request and what came of it. Stands in for a connection.
final class Viewer: HTTPAnswerer, @unchecked Sendable {
    // SAFETY: everything is touched on the loop only, by way of the rig.
    private unowned let rig: DeliveryRig
    private let request: HTTPRequest
    private var isWaiting = false
    private var answered: HTTPResponse?
    private var onCancel: (() -> Void)?
    /// How often there was an answer to a request that waited.
    private var answerCount = 0
    /// Called when it has waited and is answered.
    var onAnswer: (() -> Void)?

    init(_ rig: DeliveryRig, _ request: HTTPRequest) {
        self.rig = rig
        self.request = request
    }

    // MARK: - On the loop

    func ask() {
        switch self.rig.application.admit(self.request) {
        case .refuse(let response, _): self.answered = response
        case .accept(let match, _):
            guard case .deferred(let handle) = self.rig.application.handler(of: match) else { return }
            let loop = self.rig.group.loops[0]
            self.isWaiting = true
            let response = handle(
                self.request, match.parameters, HTTPResponder(loop: loop, answerer: self, stream: 1))
            guard let response else { return }
            self.isWaiting = false
            self.answered = self.rig.application.finish(response, for: self.request)
        }
    }

    func answer(_ stream: HTTPStreamID, _ response: HTTPResponse) {
        self.answerCount += 1
        guard self.isWaiting else { return }
        self.isWaiting = false
        self.onCancel = nil
        self.answered = self.rig.application.finish(response, for: self.request)
        self.onAnswer?()
    }

    func whenCancelled(_ stream: HTTPStreamID, _ action: @escaping () -> Void) { self.onCancel = action }

    var isAnswered: Bool { self.answered != nil }

    // MARK: - From a test

    /// The client goes away.
    func cancel() {
        self.rig.onLoop {
            self.isWaiting = false
            self.onCancel?()
            self.onCancel = nil
        }
    }

    func answerAndAsk(_ other: Viewer) { self.rig.onLoop { self.onAnswer = { other.ask() } } }

    var response: HTTPResponse? { self.rig.onLoop { self.answered } }
    var waits: Bool { self.rig.onLoop { self.isWaiting } }
    var answers: Int { self.rig.onLoop { self.answerCount } }
    /// Nil while there is no answer.
    var status: Int? { self.response?.status.code }
    var text: String? { self.response.map { String(decoding: Self.bytes(of: $0), as: UTF8.self) } }
    var bytes: [UInt8] { self.response.map(Self.bytes) ?? [] }

    /// The word by which a problem is known.
    var code: String? {
        self.text?.split(separator: "\"code\":\"").dropFirst().first?.split(separator: "\"").first.map(String.init)
    }

    subscript(_ name: StaticString) -> String? { self.response?.fields[HTTPFieldName(name)] }

    private static func bytes(of response: HTTPResponse) -> [UInt8] {
        switch response.body {
        case .bytes(let bytes): bytes
        case .shared(let slice): Array(slice.unsafeBytes)
        case .empty, .file, .stream: []
        }
    }
}
