internal import CLibPQ
internal import Glibc
internal import Primitives

/// Opens sessions where the thread may block: names are looked up, certificates read and passwords hashed meanwhile,
/// all of which libpq does where it is called.
///
/// libpq waits for a silent host as long as its caller does. So every host is an attempt of its own here.
enum SessionOpening {
    typealias Settings = [String: String]

    struct Failure: Error {
        /// Five characters, where a server has given the reason.
        var sqlState: String?
        /// In the words of the server or of libpq, in one line. They name hosts, users and databases, no password.
        var message: String
    }

    /// How often somebody is asked whether to go on waiting.
    private static let sliceMilliseconds: Int64 = 100
    private static let messageCharacterCountMax = 300

    /// Tries one host for `time`.
    static func open(
        _ settings: Settings, time: TimeAmount, isCancelled: () -> Bool = { false }
    ) throws(Failure) -> PostgresSession {
        guard let raw = self.begin(settings) else { throw Failure(message: "no memory is left for a connection") }
        let session = PostgresSession(raw)
        podo_pg_silence(raw)
        // With the code in it; the server's language is not known.
        PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
        let deadline = MonotonicTime.now + time
        var events = POLLOUT
        while PQstatus(raw) != CONNECTION_BAD {
            try self.wait(for: PQsocket(raw), events, until: deadline, isCancelled: isCancelled)
            switch PQconnectPoll(raw) {
            case PGRES_POLLING_OK:
                PQsetErrorVerbosity(raw, PQERRORS_DEFAULT)
                return session
            case PGRES_POLLING_READING: events = POLLIN
            case PGRES_POLLING_WRITING: events = POLLOUT
            default: throw self.failure(raw)
            }
        }
        throw self.failure(raw)
    }

    /// One value, asked of a session that is new and does nothing else; nil when it does not say.
    static func ask(_ session: PostgresSession, _ sql: String, time: TimeAmount) throws(Failure) -> String? {
        guard let raw = session.raw, PQsendQuery(raw, sql) == 1 else { throw Failure(message: "no session") }
        let deadline = MonotonicTime.now + time
        var answer: String?
        while true {
            while PQisBusy(raw) == 1 {
                try self.wait(for: PQsocket(raw), POLLIN, until: deadline, isCancelled: { false })
                guard PQconsumeInput(raw) == 1 else { throw self.failure(raw) }
            }
            guard let result = PQgetResult(raw) else { return answer }
            defer { PQclear(result) }
            guard PQntuples(result) == 1, PQgetisnull(result, 0, 0) == 0 else { continue }
            answer = PQgetvalue(result, 0, 0).map { String(cString: $0) }
        }
    }

    private static func begin(_ settings: Settings) -> OpaquePointer? {
        let texts = (settings.map(\.key) + settings.map(\.value)).map { strdup($0) }
        defer { for text in texts { free(text) } }
        let keywords = texts[..<settings.count].map { UnsafePointer($0) } + [nil]
        let values = texts[settings.count...].map { UnsafePointer($0) } + [nil]
        return PQconnectStartParams(keywords, values, 0)
    }

    private static func wait(
        for descriptor: CInt, _ events: CInt, until deadline: MonotonicTime, isCancelled: () -> Bool
    ) throws(Failure) {
        while true {
            let milliseconds = (deadline - .now).milliseconds
            guard milliseconds > 0 else { throw Failure(message: "the database did not answer in time") }
            guard !isCancelled() else { throw Failure(message: "told to end") }
            var entry = pollfd(fd: descriptor, events: CShort(events), revents: 0)
            if poll(&entry, 1, CInt(min(milliseconds, self.sliceMilliseconds))) > 0 { return }
        }
    }

    private static func failure(_ raw: OpaquePointer) -> Failure {
        let text = PQerrorMessage(raw).map { String(cString: $0) } ?? ""
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
            .filter { !$0.hasPrefix("LOCATION:") }
        let message = lines.isEmpty ? "the connection was lost" : lines.joined(separator: "; ")
        // Asked for a password that it does not have, libpq ends the attempt itself.
        let state = self.sqlState(in: message) ?? (PQconnectionNeedsPassword(raw) == 1 ? "28P01" : nil)
        return Failure(sqlState: state, message: String(message.prefix(self.messageCharacterCountMax)))
    }

    /// `FATAL:  28P01: …`, in whatever language the first word is.
    static func sqlState(in message: String) -> String? {
        let words = message.split(separator: " ")
        for (before, word) in zip(words, words.dropFirst()) where before.hasSuffix(":") && word.utf8.count == 6 {
            let state = word.dropLast()
            let isState = state.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
            // `FATAL` itself has five letters; a code has a digit.
            if word.hasSuffix(":"), isState, state.utf8.contains(where: { $0 <= 57 }) { return String(state) }
        }
        return nil
    }
}
