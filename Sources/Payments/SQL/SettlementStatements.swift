internal import Postgres
internal import Primitives

/// What is asked of the tables of settlements.
enum SettlementStatements {
    /// Sellers with something that is not settled yet and happened before the end of a day: day, zone, how many, after
    /// which seller and currency. What was carried makes no settlement by itself.
    static let sellers = PostgresStatement(
        "settlement_sellers",
        """
        SELECT seller_id, currency FROM settlement_due
        WHERE at < (($1::text::date + 1)::timestamp AT TIME ZONE $2) AND (seller_id, currency) > ($4::bigint, $5)
        GROUP BY seller_id, currency ORDER BY seller_id, currency LIMIT $3
        """, purpose: .background, timeout: .seconds(60))

    static let open = PostgresStatement(
        "settlement_open",
        """
        INSERT INTO settlement (seller_id, business_date, currency) VALUES ($1, $2::text::date, $3)
        ON CONFLICT (seller_id, business_date, currency) DO NOTHING
        """, purpose: .background)

    /// As long as it can still be added to: not approved, not carried into another.
    static let lockOpen = PostgresStatement(
        "settlement_lock_open",
        """
        SELECT id FROM settlement
        WHERE seller_id = $1 AND business_date = $2::text::date AND currency = $3
            AND status IN ('DRAFT', 'CALCULATED', 'CARRIED') AND carried_to IS NULL
        FOR UPDATE
        """, purpose: .background)

    /// Everything of the seller that happened before the end of the day and is in no settlement: settlement, seller,
    /// currency, day, zone.
    static let addItems = PostgresStatement(
        "settlement_add_items",
        """
        WITH due AS (
            DELETE FROM settlement_due WHERE seller_id = $2 AND currency = $3
                AND at < (($4::text::date + 1)::timestamp AT TIME ZONE $5)
            RETURNING ref_type, ref_id, amount)
        INSERT INTO settlement_item (ref_type, ref_id, settlement_id, amount)
        SELECT ref_type, ref_id, $1, amount FROM due
        ON CONFLICT (ref_type, ref_id) DO NOTHING
        """, purpose: .background, timeout: .seconds(60))

    /// What earlier days carried on goes into this one.
    static let carryIn = PostgresStatement(
        "settlement_carry_in",
        """
        UPDATE settlement SET carried_to = $1
        WHERE seller_id = $2 AND currency = $3 AND business_date < $4::text::date AND status = 'CARRIED'
            AND carried_to IS NULL
        RETURNING id, seller_id, gateway_fee, platform_fee, vat, net, currency
        """, purpose: .background)

    static let sums = PostgresStatement(
        "settlement_sums",
        """
        SELECT coalesce(sum(amount) FILTER (WHERE ref_type = 'PAYMENT'), 0)::bigint,
            coalesce(-sum(amount) FILTER (WHERE ref_type IN ('REFUND', 'REVERSAL')), 0)::bigint,
            coalesce(-sum(amount) FILTER (WHERE ref_type = 'GATEWAY_FEE'), 0)::bigint,
            (SELECT coalesce(sum(net), 0)::bigint FROM settlement WHERE carried_to = $1)
        FROM settlement_item WHERE settlement_id = $1
        """, purpose: .background)

    /// Gross, refunds, the company's fee, ours, tax, carried in, and the least that is paid out.
    static let calculate = PostgresStatement(
        "settlement_calculate",
        """
        UPDATE settlement SET gross = $2, refunds = $3, gateway_fee = $4, platform_fee = $5, vat = $6, carried_in = $7,
            status = CASE WHEN $2::bigint - $3::bigint - $4::bigint - $5::bigint - $6::bigint + $7::bigint < $8::bigint
                THEN 'CARRIED' ELSE 'CALCULATED' END
        WHERE id = $1 AND status IN ('DRAFT', 'CALCULATED', 'CARRIED') AND carried_to IS NULL
        """, purpose: .background)

    static let approve = PostgresStatement(
        "settlement_approve",
        """
        UPDATE settlement SET status = 'APPROVED' WHERE id = $1 AND status = 'CALCULATED' AND net = $2
        RETURNING id, seller_id, gateway_fee, platform_fee, vat, net, currency
        """)

    /// From one state to another: number, from, to.
    static let move = PostgresStatement(
        "settlement_move",
        """
        UPDATE settlement SET status = $3, paid_at = CASE WHEN $3 = 'PAID' THEN now() END
        WHERE id = $1 AND status = $2
        RETURNING id, seller_id, gateway_fee, platform_fee, vat, net, currency
        """)

    static let get = PostgresStatement(
        "settlement_get",
        """
        SELECT id, seller_id, business_date::text, currency, status, gross, refunds, gateway_fee, platform_fee, vat,
            carried_in, net, carried_to, paid_at FROM settlement WHERE id = $1
        """, effect: .reads)

    /// Settlement, the line after which to begin, how many. Each line's payment, refund or row is looked up by its key.
    static let items = PostgresStatement(
        "settlement_items",
        """
        SELECT i.ref_type, i.ref_id, i.amount,
            coalesce(CASE i.ref_type
                WHEN 'PAYMENT' THEN (SELECT order_id FROM payment WHERE id = i.ref_id)
                WHEN 'GATEWAY_FEE' THEN (SELECT order_id FROM gateway_row WHERE id = i.ref_id)
                ELSE (SELECT p.order_id FROM payment AS p
                    WHERE p.id = (SELECT payment_id FROM refund WHERE id = i.ref_id)) END, ''),
            CASE i.ref_type
                WHEN 'PAYMENT' THEN (SELECT captured_at FROM payment WHERE id = i.ref_id)
                WHEN 'REFUND' THEN (SELECT completed_at FROM refund WHERE id = i.ref_id)
                WHEN 'REVERSAL' THEN (SELECT reversed_at FROM refund WHERE id = i.ref_id)
                ELSE (SELECT at FROM gateway_row WHERE id = i.ref_id) END
        FROM settlement_item AS i
        WHERE i.settlement_id = $1 AND (i.ref_type, i.ref_id) > ($2, $3::bigint)
        ORDER BY i.ref_type, i.ref_id LIMIT $4
        """, effect: .reads)

    /// The day before today, where business days are: the last that is over.
    static let yesterday = PostgresStatement(
        "settlement_yesterday", "SELECT ((now() AT TIME ZONE $1)::date - 1)::text", effect: .reads)

    /// Whether a day is over, where business days are.
    static let isOver = PostgresStatement(
        "settlement_is_over", "SELECT $1::text::date < (now() AT TIME ZONE $2)::date", effect: .reads)
}
