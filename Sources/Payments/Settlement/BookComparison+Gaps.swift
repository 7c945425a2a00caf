internal import Postgres

/// Payments of ours that a company did not list: kept until it does, or our books are what it lists.
extension BookComparison {
    /// Company, payments.
    static let keepGaps = PostgresStatement(
        "book_gap_keep",
        """
        INSERT INTO book_gap (gateway, payment_id) SELECT $1, id FROM unnest($2::bigint[]) AS missing (id)
        ON CONFLICT (payment_id) DO UPDATE SET resolved_at = NULL, found_at = now()
            WHERE book_gap.resolved_at IS NOT NULL
        """, purpose: .background)

    /// Those of a company whose rows come to what we have by now. What the house paid itself no company lists;
    /// what a bank took beyond what there was it does.
    static let closeGaps = PostgresStatement(
        "book_gap_close",
        """
        UPDATE book_gap AS b SET resolved_at = now() FROM payment AS p
        WHERE b.gateway = $1 AND b.resolved_at IS NULL AND p.id = b.payment_id
            AND (SELECT coalesce(sum(amount), 0) FROM gateway_row WHERE payment_id = p.id) = p.captured - p.refunded
                + (SELECT coalesce(sum(amount) FILTER (WHERE settled_note IS NOT NULL), 0)
                    - coalesce(sum(excess) FILTER (WHERE status = 'SUCCEEDED'), 0) FROM refund WHERE payment_id = p.id)
        """, purpose: .background)
}
