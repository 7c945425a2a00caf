internal import Postgres

/// What takes seats. The functions are explained with migrations 121 and 160.
enum ReservationHoldStatements {
    /// For each request: schedule, member, token, number of seats; for each seat: number of its request, from 1, and
    /// its own. Then how many times as long as a hold lasts somebody may keep seats unpaid, within how many times of
    /// it. Returns for each request its number, outcome, reservation, end, total and currency, and of one that is held
    /// its seats with their versions, of one that is not the seats that are not to be had.
    static let hold = PostgresStatement(
        "reservation_hold",
        """
        SELECT place, outcome, reservation, until, amount, money, seats, versions
        FROM hold_seats($1, $2, $3, $4, $5, $6, $7::bigint::integer, $8::bigint::integer)
        """)

    /// For each request: schedule, member, token and one of its seats. Number of each that was held, reservation, end,
    /// total and currency.
    static let made = PostgresStatement(
        "reservation_made", "SELECT place, reservation, until, amount, money FROM holds_made($1, $2, $3, $4)")
}
