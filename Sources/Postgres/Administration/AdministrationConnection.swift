internal import CLibPQ
internal import Glibc
package import Observability
package import Primitives

/// One plain connection for what happens seldom: migrations, making the private database, asking whether the server is
/// there. It blocks its thread, never longer than it was told to, and is for one thread at a time, never for a loop.
package final class AdministrationConnection {
    package typealias Row = [String?]

    private let connection: OpaquePointer

    /// How often somebody is asked whether to go on waiting.
    private static let sliceMilliseconds: Int64 = 100
    /// What was sent and not acknowledged for this long: the peer is gone.
    private static let unacknowledgedTime = TimeAmount.seconds(5)

    /// Connects, trying each host that `url` names for its part of `timeMax`.
    package init(
        url: Secret<String>, timeMax: TimeAmount = .seconds(5), isCancelled: () -> Bool = { false }
    ) throws(AdministrationError) {
        let hosts: [SessionOpening.Settings]
        do throws(PostgresConnectionOptions.Malformed) {
            hosts = try PostgresConnectionOptions(url).hosts {
                $0.forAdministration(unacknowledged: Self.unacknowledgedTime)
            }
        } catch {
            throw AdministrationError(.malformed, "\(error)")
        }
        let time = TimeAmount.nanoseconds(timeMax.nanoseconds / Int64(hosts.count))
        var failures: [SessionOpening.Failure] = []
        for host in hosts {
            do throws(SessionOpening.Failure) {
                let session = try SessionOpening.open(host, time: time, isCancelled: isCancelled)
                // Without it a long text would be waited for within libpq.
                guard PQsetnonblocking(session.raw, 1) == 0 else {
                    throw SessionOpening.Failure(message: "the connection was lost")
                }
                self.connection = session.take()
                return
            } catch {
                failures.append(error)
            }
        }
        let code = failures.last?.sqlState.map { AdministrationError.Code.refused(sqlState: $0) }
        throw AdministrationError(code ?? .unavailable, failures.map(\.message).joined(separator: "; "))
    }

    deinit { PQfinish(self.connection) }

    /// Runs SQL and returns the rows of the last statement, as text. Without parameters it may be several statements.
    @discardableResult
    package func run(
        _ sql: String, _ parameters: [String?] = [], timeMax: TimeAmount = .seconds(30),
        isCancelled: () -> Bool = { false }
    ) throws(AdministrationError) -> [Row] {
        let deadline = MonotonicTime.now + timeMax
        guard self.send(sql, parameters) == 1 else { throw self.lost() }
        while true {
            let left = PQflush(self.connection)
            if left == 0 { break }
            guard left == 1 else { throw self.lost() }
            try self.wait(for: Int16(POLLIN | POLLOUT), deadline: deadline, isCancelled: isCancelled)
            guard PQconsumeInput(self.connection) == 1 else { throw self.lost() }
        }
        var rows: [Row] = []
        var failure: AdministrationError?
        while true {
            while PQisBusy(self.connection) == 1 {
                try self.wait(for: Int16(POLLIN), deadline: deadline, isCancelled: isCancelled)
                guard PQconsumeInput(self.connection) == 1 else { throw self.lost() }
            }
            guard let result = PQgetResult(self.connection) else { break }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: rows = []
            case PGRES_TUPLES_OK: rows = Self.rows(of: result)
            default: failure = failure ?? self.failure(of: result)
            }
        }
        if let failure { throw failure }
        return rows
    }

    /// A transaction is open, and has not failed.
    package var isInTransaction: Bool { PQtransactionStatus(self.connection) == PQTRANS_INTRANS }

    private func send(_ sql: String, _ parameters: [String?]) -> CInt {
        guard !parameters.isEmpty else { return PQsendQuery(self.connection, sql) }
        let copies = parameters.map { $0.map { strdup($0) } ?? nil }
        defer { for copy in copies { free(copy) } }
        let values = copies.map { UnsafePointer($0) }
        return PQsendQueryParams(self.connection, sql, CInt(values.count), nil, values, nil, nil, 0)
    }

    private static func rows(of result: OpaquePointer) -> [Row] {
        let columnCount = PQnfields(result)
        return (0..<PQntuples(result)).map { row in
            (0..<columnCount).map { column in
                PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
    }

    private func failure(of result: OpaquePointer) -> AdministrationError {
        guard let state = PQresultErrorField(result, CInt(UInt8(ascii: "C"))) else { return self.lost() }
        let message =
            PQresultErrorField(result, CInt(UInt8(ascii: "M"))).map { String(cString: $0) } ?? "no reason given"
        return AdministrationError(.refused(sqlState: String(cString: state)), message)
    }

    /// The connection is of no use any more; libpq says why, over several lines.
    private func lost() -> AdministrationError {
        let text = String(cString: PQerrorMessage(self.connection))
        let lines = text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }).map { line in
            String(line.drop { $0 == " " || $0 == "\t" })
        }
        return AdministrationError(
            .unavailable, lines.isEmpty ? "the connection was lost" : lines.joined(separator: "; "))
    }

    /// Waits for the socket. When time is over the connection is of no use: what was sent may still be happening.
    private func wait(
        for events: Int16, deadline: MonotonicTime, isCancelled: () -> Bool
    ) throws(AdministrationError) {
        while true {
            let left = (deadline - .now).milliseconds
            guard left > 0 else { throw AdministrationError(.unavailable, "the database did not answer in time") }
            guard !isCancelled() else { throw AdministrationError(.unavailable, "told to end") }
            var descriptor = pollfd(fd: PQsocket(self.connection), events: events, revents: 0)
            if poll(&descriptor, 1, CInt(min(left, Self.sliceMilliseconds))) > 0 { return }
        }
    }
}
