internal import Postgres

/// Who has an account, and what has to be kept of those who had.
extension AuthMigrations {
    /// What is personal is encrypted: `data_key` is the member's own key, wrapped by one of the process; without it the
    /// other columns are noise, here and in every copy. `email_index` finds an account by its address.
    ///
    /// Ids are drawn at random, below 2⁵³ so that programs which know no larger numbers read them right: they tell
    /// nobody how many members there are.
    ///
    /// `retained` holds what the law says must be kept of somebody who is gone, apart from everything else.
    static let members = PostgresMigration(
        number: 3, name: "members",
        sql: """
            CREATE TABLE member (
                id bigint PRIMARY KEY CHECK (id BETWEEN 1 AND 9007199254740991),
                role text NOT NULL DEFAULT 'USER' CHECK (role IN ('USER', 'SELLER', 'MANAGER')),
                status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'LOCKED', 'WITHDRAWN')),
                data_key bytea,
                email_sealed bytea,
                email_index bytea CHECK (octet_length(email_index) = 32),
                name_sealed bytea,
                password_hash text,
                email_verified_at timestamptz,
                token_epoch integer NOT NULL DEFAULT 0,
                token_epoch_at timestamptz NOT NULL DEFAULT now());
            SELECT add_audit_columns('member');
            ALTER TABLE member ADD CONSTRAINT member_gone CHECK (
                (status = 'WITHDRAWN') = (deleted_at IS NOT NULL)
                AND (deleted_at IS NULL OR (data_key IS NULL AND email_sealed IS NULL AND email_index IS NULL
                    AND name_sealed IS NULL AND password_hash IS NULL))
                AND (deleted_at IS NOT NULL OR (data_key IS NOT NULL AND name_sealed IS NOT NULL)));
            CREATE UNIQUE INDEX member_email ON member (email_index) WHERE deleted_at IS NULL;
            CREATE INDEX member_list ON member (created_at DESC, id DESC) WHERE deleted_at IS NULL;
            CREATE INDEX member_epoch ON member (token_epoch_at);

            CREATE TABLE member_erasure (
                member_id bigint PRIMARY KEY,
                erased_at timestamptz NOT NULL DEFAULT now());
            CREATE TRIGGER member_erasure_only_grows BEFORE UPDATE OR DELETE ON member_erasure
                FOR EACH ROW EXECUTE FUNCTION refuse_change();

            CREATE SCHEMA retained;
            CREATE TABLE retained.member (
                member_id bigint NOT NULL,
                reason text NOT NULL,
                keep_until timestamptz NOT NULL,
                record_sealed bytea NOT NULL,
                kept_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (member_id, reason));
            CREATE INDEX retained_member_end ON retained.member (keep_until);
            """)

    static let follows = PostgresMigration(
        number: 7, name: "follows",
        sql: """
            CREATE TABLE follow (
                member_id bigint NOT NULL REFERENCES member,
                seller_id bigint NOT NULL REFERENCES member,
                followed_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (member_id, seller_id),
                CHECK (member_id <> seller_id));
            CREATE INDEX follow_list ON follow (member_id, followed_at DESC, seller_id DESC);
            CREATE INDEX follow_audience ON follow (seller_id, member_id);
            """)

    /// `stream` is the name that everything else knows the stream by; which performance it belongs to is for whoever
    /// knows performances, so `schedule_id` points nowhere.
    static let streamKeys = PostgresMigration(
        number: 8, name: "stream keys",
        sql: """
            CREATE TABLE stream_key (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                stream text NOT NULL CHECK (stream ~ '^[a-z0-9-]{1,64}$'),
                schedule_id bigint,
                owner_id bigint REFERENCES member,
                key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
                valid_from timestamptz NOT NULL,
                valid_until timestamptz NOT NULL,
                revoked_at timestamptz,
                created_at timestamptz NOT NULL DEFAULT now(),
                CHECK (valid_until > valid_from));
            CREATE UNIQUE INDEX stream_key_live ON stream_key (stream) WHERE revoked_at IS NULL;
            CREATE INDEX stream_key_owner ON stream_key (owner_id) WHERE revoked_at IS NULL;
            """)
}
