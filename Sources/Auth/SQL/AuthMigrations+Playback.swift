internal import Postgres

/// Who watches with what.
extension AuthMigrations {
    /// `playback_holder` has a row for each ticket that was ever watched with, and for each preview one with a number
    /// below zero; `playback_session` one for each session, which stays as the record of who watched what. What tickets
    /// are is for whoever knows them, so `ticket_id` and `schedule_id` point nowhere. A session is its number among
    /// those of its holder, with random bits above.
    ///
    /// Every change of a holder has a higher `revision`. `changed_in` is the transaction that made it: with the oldest
    /// one that still ran at a reading, the next reading finds everything that this one could not see.
    ///
    /// `playback_text` is all that a gate has to know of a holder. `playback_revoke` makes all that was issued for one
    /// void, and tells it in the same transaction: nobody waits for a NOTIFY of a ticket that nobody has watched with.
    static let playback = PostgresMigration(
        number: 30, name: "playback",
        sql: """
            CREATE SEQUENCE playback_preview AS integer;

            CREATE TABLE playback_holder (
                ticket_id bigint PRIMARY KEY CHECK (ticket_id <> 0),
                schedule_id bigint NOT NULL,
                revision bigint NOT NULL DEFAULT 0,
                last_number bigint NOT NULL DEFAULT 0 CHECK (last_number BETWEEN 0 AND 4294967295),
                revoked_through bigint NOT NULL DEFAULT 0 CHECK (revoked_through BETWEEN 0 AND 4294967295),
                expires_at timestamptz NOT NULL,
                height_max integer NOT NULL DEFAULT 0 CHECK (height_max BETWEEN 0 AND 65535),
                has_replay boolean NOT NULL DEFAULT true,
                member_id bigint REFERENCES member,
                member_session bytea,
                changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
                CHECK ((ticket_id < 0) = (member_id IS NOT NULL)));
            CREATE INDEX playback_holder_changed ON playback_holder (changed_in);
            CREATE INDEX playback_holder_end ON playback_holder (expires_at);
            CREATE INDEX playback_holder_member ON playback_holder (member_id) WHERE member_id IS NOT NULL;

            CREATE TABLE playback_session (
                id bigint NOT NULL,
                ticket_id bigint NOT NULL,
                schedule_id bigint NOT NULL,
                member_id bigint NOT NULL REFERENCES member,
                device text NOT NULL DEFAULT '',
                began_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz NOT NULL,
                ended_at timestamptz,
                ended_for text CHECK (ended_for IN ('replaced', 'ended', 'revoked')),
                first_watched_at timestamptz,
                last_watched_at timestamptz,
                PRIMARY KEY (ticket_id, id),
                CHECK ((ended_at IS NULL) = (ended_for IS NULL)));
            CREATE INDEX playback_session_member ON playback_session (member_id);
            CREATE INDEX playback_session_end ON playback_session (expires_at);

            CREATE FUNCTION playback_text(holder playback_holder) RETURNS text LANGUAGE sql STABLE AS $$
                SELECT concat_ws(' ', holder.ticket_id, holder.revision, holder.last_number, holder.revoked_through,
                    floor(extract(epoch FROM holder.expires_at))::bigint, holder.height_max,
                    holder.has_replay::text,
                    coalesce((
                        SELECT string_agg(s.id::text, ',' ORDER BY s.id & 4294967295 DESC) FROM playback_session s
                        WHERE s.ticket_id = holder.ticket_id AND s.ended_at IS NULL), ''))
            $$;

            CREATE FUNCTION playback_revoke(p_holder bigint) RETURNS void LANGUAGE plpgsql AS $$
            DECLARE
                changed playback_holder;
            BEGIN
                UPDATE playback_holder SET revoked_through = last_number, revision = revision + 1,
                    changed_in = pg_current_xact_id()
                WHERE ticket_id = p_holder RETURNING * INTO changed;
                IF changed.ticket_id IS NULL THEN
                    RETURN;
                END IF;
                UPDATE playback_session SET ended_at = now(), ended_for = 'revoked'
                WHERE ticket_id = p_holder AND ended_at IS NULL;
                PERFORM pg_notify('playback_news', playback_text(changed));
            END $$;

            -- A new session, beside which `p_limit - 1` others may stay: its id, what gates have to know, and how many
            -- it has replaced, of which others are told in the same transaction.
            CREATE FUNCTION playback_begin(
                p_ticket bigint, p_schedule bigint, p_member bigint, p_random bigint, p_until timestamptz,
                p_limit integer, p_device text, p_height integer, p_replay boolean,
                OUT session bigint, OUT told text, OUT replaced bigint) LANGUAGE plpgsql AS $$
            DECLARE
                changed playback_holder;
            BEGIN
                INSERT INTO playback_holder AS h (
                    ticket_id, schedule_id, revision, last_number, expires_at, height_max, has_replay)
                VALUES (p_ticket, p_schedule, 1, 1, p_until, p_height, p_replay)
                ON CONFLICT (ticket_id) DO UPDATE SET revision = h.revision + 1, last_number = h.last_number + 1,
                    expires_at = greatest(h.expires_at, p_until), height_max = p_height, has_replay = p_replay,
                    changed_in = pg_current_xact_id()
                RETURNING * INTO changed;
                session := p_random << 32 | changed.last_number;
                INSERT INTO playback_session (id, ticket_id, schedule_id, member_id, device, expires_at)
                VALUES (session, p_ticket, p_schedule, p_member, p_device, p_until);
                UPDATE playback_session SET ended_at = now(), ended_for = 'replaced'
                WHERE ticket_id = p_ticket AND id IN (
                    SELECT s.id FROM playback_session s WHERE s.ticket_id = p_ticket AND s.ended_at IS NULL
                    ORDER BY s.id & 4294967295 DESC OFFSET p_limit);
                GET DIAGNOSTICS replaced = ROW_COUNT;
                told := playback_text(changed);
                IF replaced > 0 THEN
                    PERFORM pg_notify('playback_news', told);
                END IF;
            END $$;

            -- Ends one session of a ticket; what gates have to know, or null when it was over.
            CREATE FUNCTION playback_end(p_ticket bigint, p_session bigint) RETURNS text LANGUAGE plpgsql AS $$
            DECLARE
                changed playback_holder;
            BEGIN
                SELECT * INTO changed FROM playback_holder WHERE ticket_id = p_ticket FOR NO KEY UPDATE;
                UPDATE playback_session SET ended_at = now(), ended_for = 'ended'
                WHERE ticket_id = p_ticket AND id = p_session AND ended_at IS NULL;
                IF NOT FOUND THEN
                    RETURN NULL;
                END IF;
                UPDATE playback_holder SET revision = revision + 1, changed_in = pg_current_xact_id()
                WHERE ticket_id = p_ticket RETURNING * INTO changed;
                PERFORM pg_notify('playback_news', playback_text(changed));
                RETURN playback_text(changed);
            END $$;

            -- A preview for a member, as long as his session goes on; of more than `p_limit` the oldest end.
            CREATE FUNCTION playback_begin_preview(
                p_schedule bigint, p_member bigint, p_session bytea, p_random bigint, p_until timestamptz,
                p_limit integer, p_device text, OUT session bigint, OUT told text) LANGUAGE plpgsql AS $$
            DECLARE
                number bigint := nextval('playback_preview');
                old bigint;
                changed playback_holder;
            BEGIN
                INSERT INTO playback_holder (
                    ticket_id, schedule_id, revision, last_number, expires_at, member_id, member_session)
                VALUES (-number, p_schedule, 1, number, p_until, p_member, p_session) RETURNING * INTO changed;
                session := p_random << 32 | number;
                INSERT INTO playback_session (id, ticket_id, schedule_id, member_id, device, expires_at)
                VALUES (session, -number, p_schedule, p_member, p_device, p_until);
                FOR old IN
                    SELECT ticket_id FROM playback_holder
                    WHERE member_id = p_member AND revoked_through < last_number AND expires_at > now()
                    ORDER BY ticket_id OFFSET p_limit
                LOOP
                    PERFORM playback_revoke(old);
                END LOOP;
                told := playback_text(changed);
            END $$;

            CREATE FUNCTION playback_revoke_previews(p_member bigint, p_session bytea) RETURNS void
                LANGUAGE plpgsql AS $$
            DECLARE
                holder bigint;
            BEGIN
                FOR holder IN
                    SELECT ticket_id FROM playback_holder
                    WHERE member_id = p_member AND (p_session IS NULL OR member_session = p_session)
                        AND revoked_through < last_number AND expires_at > now()
                    ORDER BY ticket_id
                LOOP
                    PERFORM playback_revoke(holder);
                END LOOP;
            END $$;

            -- Previews end with the session of their member, and when he ends all of them; whoever is locked out or
            -- gone watches nothing any more.
            CREATE FUNCTION playback_follow_member() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                holder bigint;
            BEGIN
                PERFORM playback_revoke_previews(NEW.id, NULL);
                IF NEW.status <> 'ACTIVE' THEN
                    FOR holder IN
                        SELECT DISTINCT ticket_id FROM playback_session
                        WHERE member_id = NEW.id AND ended_at IS NULL AND expires_at > now() ORDER BY ticket_id
                    LOOP
                        PERFORM playback_revoke(holder);
                    END LOOP;
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER playback_follow_member AFTER UPDATE OF token_epoch, status ON member
                FOR EACH ROW WHEN (NEW.token_epoch > OLD.token_epoch OR NEW.status <> 'ACTIVE')
                EXECUTE FUNCTION playback_follow_member();

            CREATE FUNCTION playback_follow_session() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM playback_revoke_previews(OLD.member_id, OLD.id);
                RETURN NULL;
            END $$;
            CREATE TRIGGER playback_follow_session AFTER UPDATE OF revoked_at ON session
                FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
                EXECUTE FUNCTION playback_follow_session();
            CREATE TRIGGER playback_follow_session_gone AFTER DELETE ON session
                FOR EACH ROW WHEN (OLD.revoked_at IS NULL) EXECUTE FUNCTION playback_follow_session();
            """)

    /// Whose sessions go on is asked for each change of a holder, whatever there was before.
    static let playbackIndexes = PostgresMigration(
        number: 312, name: "sessions that go on",
        sql: "CREATE INDEX playback_session_live ON playback_session (ticket_id) WHERE ended_at IS NULL")

    /// As migration 30 has it, but for any session that nobody has ended: its token is good for longer than it says,
    /// because its show may be given a later end.
    static let playbackOfShowsThatRunLate = PostgresMigration(
        number: 314, name: "sessions of shows that run late",
        sql: """
            CREATE OR REPLACE FUNCTION playback_follow_member() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                holder bigint;
            BEGIN
                PERFORM playback_revoke_previews(NEW.id, NULL);
                IF NEW.status <> 'ACTIVE' THEN
                    FOR holder IN
                        SELECT DISTINCT ticket_id FROM playback_session
                        WHERE member_id = NEW.id AND ended_at IS NULL ORDER BY ticket_id
                    LOOP
                        PERFORM playback_revoke(holder);
                    END LOOP;
                END IF;
                RETURN NULL;
            END $$;
            """)
}
