internal import Postgres

/// Many payments in one statement.
extension PaymentMigrations {
    /// Payments that are begun or completed at the same moment share a commit. Rows are written in one order, so that
    /// those who write many do not wait for each other in a circle. Plans are looks into indexes, however little the
    /// planner knows of the tables.
    static let together = PostgresMigration(
        number: 250, name: "payments together",
        sql: """
            -- Begins those that nothing stands against: a reservation that has a payment already, one that waits or one
            -- that took its money, is not in the answer. Element n of the arrays is one payment. Whoever pays is the
            -- actor of what is written down of it; so they are inserted one by one.
            CREATE FUNCTION begin_payments(
                p_phases text[], p_orders text[], p_reservations bigint[], p_members bigint[], p_sellers bigint[],
                p_concerts bigint[], p_gateways text[], p_names text[], p_amounts bigint[], p_currencies text[],
                p_look_seconds bigint[])
                RETURNS SETOF payment_row
                LANGUAGE plpgsql VOLATILE
                SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
            DECLARE
                n integer;
                begun bigint;
                ids bigint[] := '{}';
            BEGIN
                FOR n IN SELECT i FROM generate_subscripts(p_reservations, 1) AS i ORDER BY p_reservations[i] LOOP
                    PERFORM set_config('podo.actor', 'member:' || p_members[n], true);
                    INSERT INTO payment (phase, order_id, reservation_id, member_id, seller_id, concert_id, gateway,
                        order_name, amount, currency, next_look_at, claimed_at)
                    SELECT p_phases[n], p_orders[n], p_reservations[n], p_members[n], p_sellers[n], p_concerts[n],
                        p_gateways[n], p_names[n], p_amounts[n], p_currencies[n],
                        now() + p_look_seconds[n] * interval '1 second',
                        CASE WHEN p_phases[n] = 'IN_FLIGHT' THEN now() END
                    WHERE NOT EXISTS (
                        SELECT FROM payment AS other WHERE other.reservation_id = p_reservations[n] AND NOT other.orphan
                            AND other.status IN ('COMPLETED', 'PART_CANCELED', 'CANCELED'))
                    ON CONFLICT (reservation_id) WHERE status = 'WAITING' DO NOTHING
                    RETURNING id INTO begun;
                    IF FOUND THEN
                        ids := ids || begun;
                    END IF;
                END LOOP;
                RETURN QUERY SELECT * FROM payment_row WHERE id = ANY (ids);
            END $$;

            -- The company has taken what these asked for, and their seats are sold: they are locked, and in flight. An
            -- empty text is nothing; tickets are the text of an array.
            CREATE FUNCTION complete_payments(
                p_ids bigint[], p_keys text[], p_methods text[], p_cards text[], p_receipts text[], p_tickets text[])
                RETURNS TABLE (payment_id bigint, at timestamptz)
                LANGUAGE plpgsql VOLATILE
                SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
            BEGIN
                RETURN QUERY
                UPDATE payment SET status = 'COMPLETED', phase = 'SETTLED', captured = amount,
                    captured_currency = currency, captured_at = now(), next_look_at = NULL,
                    provider_key = coalesce(nullif(done.key, ''), provider_key),
                    method = coalesce(nullif(done.method, ''), payment.method),
                    masked_card = coalesce(nullif(done.card, ''), masked_card),
                    receipt_url = coalesce(nullif(done.receipt, ''), receipt_url),
                    ticket_ids = done.tickets::bigint[]
                FROM unnest(p_ids, p_keys, p_methods, p_cards, p_receipts, p_tickets)
                    AS done (id, key, method, card, receipt, tickets)
                WHERE payment.id = done.id AND phase = 'IN_FLIGHT'
                RETURNING payment.id, captured_at;
            END $$;

            -- Writes those journals that are not there yet, and opens the accounts that they are the first to need.
            -- Element n of the first arrays is a journal, element k of the last a line of journal `p_places[k]`.
            CREATE FUNCTION post_journals(
                p_ids uuid[], p_kinds text[], p_types text[], p_refs bigint[], p_currencies text[],
                p_places integer[], p_lines integer[], p_codes text[], p_owners bigint[], p_amounts bigint[])
                RETURNS void
                LANGUAGE plpgsql VOLATILE
                SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
            BEGIN
                INSERT INTO ledger_account (code, owner_id, currency)
                SELECT DISTINCT line.code, line.owner, p_currencies[line.place]
                FROM unnest(p_places, p_codes, p_owners) AS line (place, code, owner)
                WHERE NOT EXISTS (
                    SELECT FROM ledger_account AS a WHERE a.code = line.code AND a.owner_id = line.owner
                        AND a.currency = p_currencies[line.place])
                ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING;

                WITH begun AS (
                    INSERT INTO ledger_journal (id, kind, ref_type, ref_id, currency)
                    SELECT id, kind, type, ref, currency
                    FROM unnest(p_ids, p_kinds, p_types, p_refs, p_currencies) AS new (id, kind, type, ref, currency)
                    ORDER BY id ON CONFLICT DO NOTHING RETURNING id)
                INSERT INTO ledger_entry (journal_id, line_no, account_id, amount)
                SELECT begun.id, line.number, (
                    SELECT a.id FROM ledger_account AS a WHERE a.code = line.code AND a.owner_id = line.owner
                        AND a.currency = p_currencies[line.place]), line.amount
                FROM unnest(p_places, p_lines, p_codes, p_owners, p_amounts)
                        AS line (place, number, code, owner, amount)
                    JOIN begun ON begun.id = p_ids[line.place]
                WHERE array_position(p_ids, begun.id) = line.place;
            END $$;
            """)
}
