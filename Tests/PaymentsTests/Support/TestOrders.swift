import Commerce
import Postgres
import Primitives
import Synchronization

@testable import Payments

/// Orders of a table of the test's: they do what those of tickets do, in the payment's transaction.
final class TestOrders: Orders {
    static let schema = """
        CREATE TABLE test_order (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, member_id bigint NOT NULL, seller_id bigint NOT NULL,
            concert_id bigint NOT NULL, total bigint NOT NULL, status text NOT NULL DEFAULT 'PENDING',
            frozen boolean NOT NULL DEFAULT false, held_until timestamptz, confirmed_at timestamptz,
            created_at timestamptz NOT NULL DEFAULT now(), transfer_since timestamptz,
            starts_at timestamptz NOT NULL, timezone text NOT NULL DEFAULT 'Asia/Seoul', rules text, other_rules text,
            called_off boolean NOT NULL DEFAULT false, sells_until timestamptz);
        CREATE TABLE test_seat (
            order_id bigint NOT NULL, seat_id bigint NOT NULL, paid bigint NOT NULL, state text NOT NULL,
            given boolean NOT NULL DEFAULT false, PRIMARY KEY (order_id, seat_id));
        CREATE UNIQUE INDEX test_seat_sold ON test_seat (seat_id) WHERE state = 'SOLD';
        """

    struct NotSold: Error {}

    /// The process dies within a transaction: nothing of it happened.
    struct Died: Error {}

    /// The next step of this kind dies.
    let dies = Mutex<Set<String>>([])

    private func step(_ name: String) throws {
        if self.dies.withLock({ $0.remove(name) }) != nil { throw Died() }
    }

    /// By the database's clock, which a transaction reads.
    let database = DatabaseOfOrders()

    func orders(_ asked: [(reservation: Int64, member: Int64)]) async throws -> [Int64: Order] {
        guard let database = self.database.value else { return [:] }
        var orders: [Int64: Order] = [:]
        for (reservation, member) in asked {
            guard let row = try await database.run(Self.get, reservation, member).first else { continue }
            orders[reservation] = Order(
                reservationID: reservation, memberID: try row.get(0), sellerID: try row.get(1),
                concertID: try row.get(2), name: "포도 콘서트", total: Money(try row.get(3)),
                isPayable: try row.get(4), isConfirmed: try row.get(5),
                heldUntil: try row.get(6, as: PostgresTimestamp?.self)?.wallClock,
                sellsUntil: try row.get(7, as: PostgresTimestamp?.self)?.wallClock, isCalledOff: try row.get(8))
        }
        return orders
    }

    func freeze(_ reservations: [Int64], in transaction: PostgresTransaction) async throws -> Set<Int64> {
        Set(try await transaction.run(Self.freeze, reservations.sorted()).map { try $0.get(0, as: Int64.self) })
    }

    func awaitTransfer(_ reservation: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.run(Self.awaitTransfer, reservation)
    }

    func thaw(_ reservation: Int64, heldFor time: TimeAmount, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.run(Self.thaw, reservation, time.milliseconds / 1000)
    }

    func confirm(_ reservations: [Int64], in transaction: PostgresTransaction) async throws -> [Int64: [Int64]] {
        var tickets: [Int64: [Int64]] = [:]
        for reservation in reservations.sorted() {
            guard try await transaction.run(Self.confirm, reservation).affectedCount == 1 else { continue }
            tickets[reservation] = try await transaction.run(Self.sell, reservation).map { try $0.get(0) }
        }
        try self.step("confirm")
        return tickets
    }

    func confirm(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> [Int64]? {
        if let tickets = try await self.confirm([reservation], in: transaction)[reservation] { return tickets }
        _ = try await transaction.run(Self.lose, reservation)
        return nil
    }

    /// The last seat has what is left.
    func discount(_ reservation: Int64, by amount: Int64, in transaction: PostgresTransaction) async throws {
        guard try await transaction.run(Self.discount, reservation, amount).affectedCount > 0 else { throw NotSold() }
    }

    func refundable(_ reservation: Int64, in transaction: PostgresTransaction) async throws -> RefundableOrder? {
        guard let row = try await transaction.run(Self.lockConfirmed, reservation).first else { return nil }
        let lines = try await transaction.run(Self.soldSeats, reservation).map {
            RefundableOrder.Line(seatID: try $0.get(0), paid: try $0.get(1), isHeldByBuyer: try $0.get(2))
        }
        return RefundableOrder(
            lines: lines, currency: .krw, confirmedAt: try row.get(0, as: PostgresTimestamp.self).wallClock,
            startsAt: try row.get(1, as: PostgresTimestamp.self).wallClock, timeZone: try row.get(2),
            rules: try row.get(3), otherRules: try row.get(5), isCalledOff: try row.get(4))
    }

    func cancel(
        _ reservation: Int64, seats: [Int64], reason: String, in transaction: PostgresTransaction
    ) async throws -> [Int64] {
        let freed = try await transaction.run(Self.free, reservation, seats)
        guard freed.count == seats.count else { throw NotSold() }
        _ = try await transaction.run(Self.end, reservation)
        try self.step("cancel")
        return try freed.map { try $0.get(0) }
    }

    private static let get = PostgresStatement(
        "test_order_get",
        """
        SELECT member_id, seller_id, concert_id, total,
            status = 'PENDING' AND NOT frozen AND held_until > now(), status = 'CONFIRMED', held_until,
            sells_until, called_off
        FROM test_order WHERE id = $1 AND member_id = $2
        """, effect: .reads)
    private static let freeze = PostgresStatement(
        "test_order_freeze",
        """
        UPDATE test_order SET frozen = true
        WHERE id = ANY ($1) AND status = 'PENDING' AND (frozen OR held_until > now()) RETURNING id
        """)
    private static let awaitTransfer = PostgresStatement(
        "test_order_await", "UPDATE test_order SET transfer_since = now() WHERE id = $1 AND frozen")
    /// A hold lasts five minutes, and three more with payments that fail, or from when a transfer was given up.
    private static let thaw = PostgresStatement(
        "test_order_thaw",
        """
        UPDATE test_order SET frozen = false,
            held_until = greatest(held_until, now(), least(now() + $2::bigint * interval '1 second',
                greatest(created_at + interval '5 minutes', CASE WHEN transfer_since IS NOT NULL THEN now() END)
                    + interval '3 minutes'))
        WHERE id = $1 AND status = 'PENDING'
        """)
    /// A seat that somebody else has bought is lost.
    private static let confirm = PostgresStatement(
        "test_order_confirm",
        """
        UPDATE test_order SET status = 'CONFIRMED', frozen = false, confirmed_at = now()
        WHERE id = $1 AND status IN ('PENDING', 'EXPIRED')
            AND NOT EXISTS (SELECT FROM test_seat WHERE order_id = $1 AND state = 'LOST')
        """)
    private static let lose = PostgresStatement(
        "test_order_lose",
        "UPDATE test_order SET status = 'CANCELLED', frozen = false WHERE id = $1 AND status <> 'CONFIRMED'")
    private static let sell = PostgresStatement(
        "test_order_sell", "UPDATE test_seat SET state = 'SOLD' WHERE order_id = $1 RETURNING seat_id + 1000000")
    private static let discount = PostgresStatement(
        "test_order_discount",
        """
        WITH priced AS (
            SELECT seat_id, paid, sum(paid) OVER (ORDER BY seat_id) AS upto, sum(paid) OVER () AS whole
            FROM test_seat WHERE order_id = $1 AND state = 'SOLD')
        UPDATE test_seat SET paid = test_seat.paid
            - (div($2::bigint * upto, whole) - div($2::bigint * (upto - priced.paid), whole))
        FROM priced WHERE order_id = $1 AND test_seat.seat_id = priced.seat_id
        """)
    private static let lockConfirmed = PostgresStatement(
        "test_order_lock",
        """
        SELECT confirmed_at, starts_at, timezone, rules, called_off, coalesce(other_rules, rules) FROM test_order
        WHERE id = $1 AND status = 'CONFIRMED' FOR UPDATE
        """)
    private static let soldSeats = PostgresStatement(
        "test_order_seats",
        "SELECT seat_id, paid, NOT given FROM test_seat WHERE order_id = $1 AND state = 'SOLD' ORDER BY seat_id")
    private static let free = PostgresStatement(
        "test_order_free",
        """
        UPDATE test_seat SET state = 'FREE' WHERE order_id = $1 AND seat_id = ANY ($2) AND state = 'SOLD'
        RETURNING seat_id + 1000000
        """)
    private static let end = PostgresStatement(
        "test_order_end",
        """
        UPDATE test_order SET status = 'CANCELLED' WHERE id = $1
            AND NOT EXISTS (SELECT FROM test_seat WHERE order_id = $1 AND state = 'SOLD')
        """)
}
