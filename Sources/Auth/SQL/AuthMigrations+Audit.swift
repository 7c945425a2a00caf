internal import Postgres

/// Who changed what: columns of every table that people change, and a log that nobody changes.
extension AuthMigrations {
    /// `add_audit_columns('concert')` gives a table `created_at` and `created_by`, `updated_…`, `deleted_…` and
    /// `is_deleted`. The actor is what the transaction has set as `podo.actor`.
    ///
    /// `refuse_change` is the trigger of tables that only grow.
    static let columnsOfEverything = PostgresMigration(
        number: 1, name: "columns of everything",
        sql: """
            CREATE FUNCTION audit_touch() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                actor text := coalesce(nullif(current_setting('podo.actor', true), ''), 'system');
            BEGIN
                IF TG_OP = 'INSERT' THEN
                    NEW.created_by := actor;
                ELSE
                    NEW.created_at := OLD.created_at;
                    NEW.created_by := OLD.created_by;
                    IF NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN
                        NEW.deleted_by := actor;
                    END IF;
                END IF;
                NEW.updated_at := now();
                NEW.updated_by := actor;
                RETURN NEW;
            END $$;

            CREATE FUNCTION add_audit_columns(target regclass) RETURNS void LANGUAGE plpgsql AS $$
            BEGIN
                EXECUTE format(
                    'ALTER TABLE %s
                        ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
                        ADD COLUMN created_by text NOT NULL DEFAULT ''system'',
                        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
                        ADD COLUMN updated_by text NOT NULL DEFAULT ''system'',
                        ADD COLUMN deleted_at timestamptz,
                        ADD COLUMN deleted_by text,
                        ADD COLUMN is_deleted boolean GENERATED ALWAYS AS (deleted_at IS NOT NULL) STORED', target);
                EXECUTE format(
                    'CREATE TRIGGER audit_touch BEFORE INSERT OR UPDATE ON %s
                        FOR EACH ROW EXECUTE FUNCTION audit_touch()', target);
            END $$;

            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END $$;
            """)

    /// Each row holds the hash of itself and of the one before it, so a row that is changed or taken out shows. Rows
    /// come one after the other: whoever adds one holds the chain until its transaction ends, so it is the last
    /// statement of a transaction, and nothing that happens hundreds of times a second is written here.
    ///
    /// `audit_log_fault()` is the first id whose hash does not fit, null when all do.
    static let auditLog = PostgresMigration(
        number: 2, name: "audit log",
        sql: """
            CREATE TABLE audit_log (
                id bigint PRIMARY KEY,
                at timestamptz NOT NULL,
                actor text NOT NULL,
                action text NOT NULL,
                subject text NOT NULL,
                address inet,
                detail jsonb NOT NULL DEFAULT '{}',
                hash bytea NOT NULL);
            CREATE INDEX audit_log_subject ON audit_log (subject, id DESC);

            CREATE FUNCTION audit_log_hash(
                previous bytea, id bigint, at timestamptz, actor text, action text, subject text, address inet,
                detail jsonb) RETURNS bytea LANGUAGE sql STABLE AS $$
                SELECT sha256(previous || convert_to(jsonb_build_array(
                    id, (extract(epoch FROM at) * 1000000)::bigint, actor, action, subject, host(address), detail
                )::text, 'UTF8'))
            $$;

            CREATE FUNCTION audit_log_link() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                last record;
            BEGIN
                PERFORM pg_advisory_xact_lock(7010001);
                SELECT id, hash INTO last FROM audit_log ORDER BY id DESC LIMIT 1;
                NEW.id := coalesce(last.id, 0) + 1;
                NEW.at := clock_timestamp();
                NEW.hash := audit_log_hash(
                    coalesce(last.hash, '\\x'::bytea), NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.address,
                    NEW.detail);
                RETURN NEW;
            END $$;
            CREATE TRIGGER audit_log_link BEFORE INSERT ON audit_log
                FOR EACH ROW EXECUTE FUNCTION audit_log_link();
            CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE ON audit_log
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER audit_log_stays BEFORE TRUNCATE ON audit_log
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

            CREATE FUNCTION audit_log_fault() RETURNS bigint LANGUAGE sql STABLE AS $$
                SELECT min(id) FROM (
                    SELECT id, hash, lag(id, 1, 0::bigint) OVER (ORDER BY id) AS previous_id,
                        audit_log_hash(lag(hash, 1, '\\x'::bytea) OVER (ORDER BY id),
                            id, at, actor, action, subject, address, detail) AS expected
                    FROM audit_log
                ) AS links WHERE hash <> expected OR id <> previous_id + 1
            $$;
            """)
}
