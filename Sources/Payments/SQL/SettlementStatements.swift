internal import Postgres
internal import Primitives

/// What is asked of the tables of settlements.
enum SettlementStatements {
    /// Sellers with something that is not settled yet and happened before the end of a day: day, zone, how many, after
    /// which seller. What was carried makes no settlement by itself.
    static let sellers = PostgresStatement(
        "settlement_sellers",
        """
        WITH cut AS (SELECT (($1::text::date + 1)::timestamp AT TIME ZONE $2) AS at)
        SELECT seller_id, currency FROM (
            SELECT p.seller_id, p.currency FROM payment AS p, cut
            WHERE p.captured_at < cut.at AND NOT p.orphan AND p.captured > 0
                AND NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = 'PAYMENT' AND i.ref_id = p.id)
            UNION
            SELECT p.seller_id, p.currency FROM refund AS r JOIN payment AS p ON p.id = r.payment_id, cut
            WHERE r.completed_at < cut.at AND NOT p.orphan AND r.amount > 0
                AND NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = 'REFUND' AND i.ref_id = r.id)
            UNION
            SELECT p.seller_id, p.currency FROM refund AS r JOIN payment AS p ON p.id = r.payment_id, cut
            WHERE r.reversed_at < cut.at AND NOT p.orphan AND r.amount > 0
                AND NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = 'REVERSAL' AND i.ref_id = r.id)
            UNION
            SELECT p.seller_id, p.currency FROM gateway_row AS g JOIN payment AS p ON p.id = g.payment_id, cut
            WHERE g.at < cut.at AND g.fee <> 0 AND NOT p.orphan AND g.currency = p.currency
                AND NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = 'GATEWAY_FEE' AND i.ref_id = g.id)
        ) AS due
        WHERE (seller_id, currency) > ($4::bigint, $5) ORDER BY seller_id, currency LIMIT $3
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
        WITH cut AS (SELECT (($4::text::date + 1)::timestamp AT TIME ZONE $5) AS at)
        INSERT INTO settlement_item (ref_type, ref_id, settlement_id, amount)
            SELECT 'PAYMENT', p.id, $1, p.captured FROM payment AS p, cut
            WHERE p.seller_id = $2 AND p.currency = $3 AND p.captured_at < cut.at AND NOT p.orphan AND p.captured > 0
                AND NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = 'PAYMENT' AND i.ref_id = p.id)
            UNION ALL
            SELECT 'REFUND', r.id, $1, -r.amount FROM refund AS r JOIN payment AS p ON p.id = r.payment_id, cut
            WHERE p.seller_id = $2 AND p.currency = $3 AND r.completed_at < cut.at AND NOT p.orphan AND r.amount > 0
                AND NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = 'REFUND' AND i.ref_id = r.id)
            UNION ALL
            SELECT 'REVERSAL', r.id, $1, r.amount FROM refund AS r JOIN payment AS p ON p.id = r.payment_id, cut
            WHERE p.seller_id = $2 AND p.currency = $3 AND r.reversed_at < cut.at AND NOT p.orphan AND r.amount > 0
                AND NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = 'REVERSAL' AND i.ref_id = r.id)
            UNION ALL
            SELECT 'GATEWAY_FEE', g.id, $1, -g.fee FROM gateway_row AS g JOIN payment AS p ON p.id = g.payment_id, cut
            WHERE p.seller_id = $2 AND p.currency = $3 AND g.at < cut.at AND g.fee <> 0 AND NOT p.orphan
                AND g.currency = p.currency
                AND NOT EXISTS (SELECT FROM settlement_item AS i WHERE i.ref_type = 'GATEWAY_FEE' AND i.ref_id = g.id)
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
        UPDATE settlement SET status = 'APPROVED' WHERE id = $1 AND status = 'CALCULATED'
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

    /// Day or null, seller or null, status or null, the number before which to begin, how many.
    static let list = PostgresStatement(
        "settlement_list",
        """
        SELECT id, seller_id, business_date::text, currency, status, gross, refunds, gateway_fee, platform_fee, vat,
            carried_in, net, carried_to, paid_at FROM settlement
        WHERE ($1::text IS NULL OR business_date = $1::text::date) AND ($2::bigint IS NULL OR seller_id = $2)
            AND ($3::text IS NULL OR status = $3) AND id < $4
        ORDER BY id DESC LIMIT $5
        """, effect: .reads)

    static let items = PostgresStatement(
        "settlement_items",
        """
        SELECT i.ref_type, i.ref_id, i.amount,
            coalesce(p.order_id, rp.order_id, g.order_id, ''),
            CASE i.ref_type WHEN 'REVERSAL' THEN r.reversed_at ELSE coalesce(p.captured_at, r.completed_at, g.at) END
        FROM settlement_item AS i
            LEFT JOIN payment AS p ON i.ref_type = 'PAYMENT' AND p.id = i.ref_id
            LEFT JOIN refund AS r ON i.ref_type IN ('REFUND', 'REVERSAL') AND r.id = i.ref_id
            LEFT JOIN payment AS rp ON rp.id = r.payment_id
            LEFT JOIN gateway_row AS g ON i.ref_type = 'GATEWAY_FEE' AND g.id = i.ref_id
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
