import Observability
import Primitives
import Reactor
import Testing

@testable import HTTPClient

/// A client on a loop of its own, with what tests ask of it.
final class ClientRig: Sendable {
    let group: EventLoopGroup
    let metrics: MetricsRegistry
    let client: HTTPClient

    init(limits: HTTPClientLimits = HTTPClientLimits(), certificateFile: String? = nil) throws {
        self.group = try EventLoopGroup(loopCount: 1)
        self.metrics = MetricsRegistry(loopCount: 1)
        self.client = HTTPClient(
            name: "test", loop: self.group.loops[0], limits: limits, certificateFile: certificateFile,
            metrics: self.metrics)
        self.group.start()
    }

    deinit { self.group.stop() }

    func send(_ request: HTTPClientRequest, within time: TimeAmount = .seconds(10)) async
        -> Result<HTTPClientResponse, HTTPClientError>
    {
        do throws(HTTPClientError) {
            return .success(try await self.client.send(request, deadline: .now + time))
        } catch { return .failure(error) }
    }

    func get(_ url: String, within time: TimeAmount = .seconds(10)) async throws
        -> Result<HTTPClientResponse, HTTPClientError>
    {
        await self.send(try Self.request(.get, url), within: time)
    }

    /// To any address: servers of tests are on this machine.
    static func request(
        _ method: HTTPClientRequest.Method, _ url: String, fields: [HTTPClientField] = [], body: [UInt8] = [],
        isRepeatable: Bool? = nil
    ) throws -> HTTPClientRequest {
        HTTPClientRequest(
            method, try #require(HTTPClientURL(url)), fields: fields, body: body, isRepeatable: isRepeatable,
            addresses: .any)
    }

    /// The value of a metric's line that begins with `prefix`.
    func metric(_ prefix: String) -> Int? {
        let text = String(decoding: self.metrics.prometheusText(), as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix(prefix) }
            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    }
}

extension Result where Success == HTTPClientResponse, Failure == HTTPClientError {
    var text: String? { (try? self.get()).map { String(decoding: $0.body, as: UTF8.self) } }

    /// Why there is no answer, with ` sent` where the request may have been received.
    var fault: String? {
        guard case .failure(let error) = self else { return nil }
        return error.code.name.description + (error.mayHaveBeenReceived ? " sent" : "")
    }
}
