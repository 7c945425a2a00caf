internal import Reactor

/// A thrown error that the client may be told about. Any other error is answered with 500 and no text.
package protocol HTTPProblemConvertible: Error {
    var problem: HTTPProblem { get }
}

extension HTTPProblem: HTTPProblemConvertible {
    package var problem: HTTPProblem { self }

    /// The problem to answer any error with.
    package init(describing error: any Error) {
        self = (error as? any HTTPProblemConvertible)?.problem ?? .internalError
    }
}

/// Work was shed because every blocking thread is busy and the queue before them is full.
extension BlockingPoolFull: HTTPProblemConvertible {
    package var problem: HTTPProblem {
        var problem = HTTPProblem(.serviceUnavailable, code: "overloaded")
        problem.fields.append(.retryAfter, 1)
        return problem
    }
}
