package import Reactor

/// Where the answer to a deferred request goes. Used on its loop only, and once; of a request that was cancelled, or
/// answered because it took too long, nothing is sent any more.
package struct HTTPResponder {
    package let loop: EventLoop
    private let answerer: any HTTPAnswerer
    private let stream: HTTPStreamID

    package init(loop: EventLoop, answerer: any HTTPAnswerer, stream: HTTPStreamID) {
        self.loop = loop
        self.answerer = answerer
        self.stream = stream
    }

    package func respond(_ response: HTTPResponse) {
        self.loop.assertIsOnLoop()
        self.answerer.answer(self.stream, response)
    }

    /// Called once, when nobody waits for the answer any more; not after `respond`.
    package func whenCancelled(_ action: @escaping () -> Void) {
        self.loop.assertIsOnLoop()
        self.answerer.whenCancelled(self.stream, action)
    }
}

/// Has requests that are answered later: a connection, or a test.
package protocol HTTPAnswerer: AnyObject {
    func answer(_ stream: HTTPStreamID, _ response: HTTPResponse)
    func whenCancelled(_ stream: HTTPStreamID, _ action: @escaping () -> Void)
}
