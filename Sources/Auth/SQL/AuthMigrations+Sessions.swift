internal import Postgres

/// How members stay signed in, and what is sent to them.
extension AuthMigrations {
    /// One row is one signing in: all the refresh tokens that followed each other since. Only the hash of the last one
    /// is kept, and of the one before it for as long as its answer may have been lost; whoever comes with an older one
    /// is told apart by that.
    static let sessions = PostgresMigration(
        number: 4, name: "sessions",
        sql: """
            CREATE TABLE session (
                id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
                member_id bigint NOT NULL REFERENCES member,
                generation integer NOT NULL DEFAULT 0,
                token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
                previous_hash bytea CHECK (octet_length(previous_hash) = 32),
                rotated_at timestamptz NOT NULL DEFAULT now(),
                rotated_for bytea,
                repeated_at timestamptz,
                created_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz NOT NULL,
                ends_at timestamptz NOT NULL,
                revoked_at timestamptz,
                revoked_for text CHECK (revoked_for IN ('signed-out', 'everywhere', 'reuse', 'limit', 'erased')),
                CHECK ((revoked_at IS NULL) = (revoked_for IS NULL)));
            CREATE INDEX session_member ON session (member_id, created_at) WHERE revoked_at IS NULL;
            CREATE INDEX session_revoked ON session (revoked_at) WHERE revoked_at IS NOT NULL;
            CREATE INDEX session_end ON session (expires_at);
            """)

    /// A session is of the member's token epoch at its beginning, and over when that has passed. Those that are there
    /// were not ended, so they are of today's.
    static let sessionEpochs = PostgresMigration(
        number: 9, name: "epochs of sessions",
        sql: """
            ALTER TABLE session
                ADD COLUMN epoch integer,
                ADD COLUMN repeat_count integer NOT NULL DEFAULT 0,
                DROP COLUMN repeated_at;
            UPDATE session SET epoch = token_epoch FROM member WHERE member.id = session.member_id;
            ALTER TABLE session ALTER COLUMN epoch SET NOT NULL;
            """)

    /// Links in mails. Only hashes are kept, so whoever reads the table can follow none.
    static let links = PostgresMigration(
        number: 5, name: "links in mails",
        sql: """
            CREATE TABLE mail_link (
                token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
                member_id bigint NOT NULL REFERENCES member,
                purpose text NOT NULL CHECK (purpose IN ('reset', 'verify')),
                email_index bytea NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz NOT NULL,
                used_at timestamptz,
                CHECK (expires_at <= created_at + interval '30 minutes'));
            CREATE INDEX mail_link_member ON mail_link (member_id, purpose, created_at);
            CREATE INDEX mail_link_end ON mail_link (expires_at);
            """)

    /// `mail_request` is what somebody asked to be sent, before anybody looked whether there is such an account:
    /// asking takes the same work for every address. `mail` is what is to be sent; what it says is encrypted, since it
    /// holds links, and goes when it is sent.
    static let mail = PostgresMigration(
        number: 6, name: "mail",
        sql: """
            CREATE TABLE mail_request (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                purpose text NOT NULL CHECK (purpose IN ('reset', 'verify')),
                email_index bytea NOT NULL,
                asked_at timestamptz NOT NULL DEFAULT now());

            CREATE TABLE mail (
                id bigint PRIMARY KEY,
                member_id bigint NOT NULL REFERENCES member,
                kind text NOT NULL,
                content_sealed bytea,
                created_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz NOT NULL,
                attempts integer NOT NULL DEFAULT 0,
                next_try_at timestamptz NOT NULL DEFAULT now(),
                sent_at timestamptz,
                given_up_at timestamptz);
            CREATE INDEX mail_due ON mail (next_try_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
            CREATE INDEX mail_member ON mail (member_id);
            """)

    /// An account may still have the index of an older key: a request has what every key makes of the address.
    static let mailRequestIndexes = PostgresMigration(
        number: 15, name: "requests for mail by every key",
        sql: """
            ALTER TABLE mail_request ALTER COLUMN email_index TYPE bytea[] USING ARRAY[email_index];
            ALTER TABLE mail_request RENAME COLUMN email_index TO email_indexes;
            """)
}
