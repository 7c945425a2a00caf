import Primitives
import TestSupport
import Testing

@testable import Postgres

@Suite("LISTEN and NOTIFY on a real server", .timeLimit(.minutes(5))) struct NotifyTests {
    private static let notify = PostgresStatement(
        "notify", "SELECT pg_notify('seats', $1)", effect: .reads)
    private static let endListeners = PostgresStatement(
        "end_listeners",
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE (query LIKE 'LISTEN%' OR query = 'SELECT 1') AND datname = current_database()
        """, effect: .reads)

    @Test("Messages come in order, and after a lost session the listener is told that some may be missing")
    func listening() async throws {
        let live = try LiveDatabase()
        let notifications = live.database.listen("seats")
        #expect(await notifications.next() == .resynchronize)
        for text in ["1", "2", ""] { _ = try await live.database.run(Self.notify, text) }
        for text in ["1", "2", ""] { #expect(await notifications.next() == .message(text)) }
        #expect(try await live.database.run(Self.endListeners).count == 1)
        #expect(await notifications.next() == .resynchronize)
        _ = try await live.database.run(Self.notify, "3")
        #expect(await notifications.next() == .message("3"))
    }

    @Test("Several listen to one channel over one session; who has gone is forgotten, and a stop ends all")
    func sharing() async throws {
        let live = try LiveDatabase()
        let first = live.database.listen("seats")
        #expect(await first.next() == .resynchronize)
        let second = live.database.listen("seats")
        #expect(await second.next() == .resynchronize)
        _ = try await live.database.run(Self.notify, "x")
        #expect(await first.next() == .message("x"))
        #expect(await second.next() == .message("x"))
        let waiting = Task { await first.next() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        live.database.stop()
        #expect(await second.next() == nil)
    }
}
