internal import Postgres

/// Signing in by other providers.
extension AuthMigrations {
    /// `member_identity` says who somebody is by a provider's word; it goes when the member does. `social_flow` are
    /// attempts that are under way, `social_grant` what a page trades for a session: hashes only, for minutes.
    static let social = PostgresMigration(
        number: 20, name: "signing in by providers",
        sql: """
            CREATE TABLE member_identity (
                provider text NOT NULL,
                subject text NOT NULL CHECK (octet_length(subject) BETWEEN 1 AND 255),
                member_id bigint NOT NULL REFERENCES member,
                linked_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (provider, subject));
            CREATE UNIQUE INDEX member_identity_member ON member_identity (member_id, provider);

            CREATE TABLE social_flow (
                state_hash bytea PRIMARY KEY CHECK (octet_length(state_hash) = 32),
                browser_hash bytea NOT NULL CHECK (octet_length(browser_hash) = 32),
                provider text NOT NULL,
                member_id bigint REFERENCES member,
                return_path text NOT NULL,
                expires_at timestamptz NOT NULL);
            CREATE INDEX social_flow_end ON social_flow (expires_at);

            CREATE TABLE social_grant (
                code_hash bytea PRIMARY KEY CHECK (octet_length(code_hash) = 32),
                browser_hash bytea NOT NULL CHECK (octet_length(browser_hash) = 32),
                member_id bigint NOT NULL REFERENCES member,
                expires_at timestamptz NOT NULL);
            CREATE INDEX social_grant_end ON social_grant (expires_at);

            CREATE FUNCTION member_identity_goes() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                DELETE FROM member_identity WHERE member_id = NEW.id;
                DELETE FROM social_flow WHERE member_id = NEW.id;
                DELETE FROM social_grant WHERE member_id = NEW.id;
                RETURN NULL;
            END $$;
            CREATE TRIGGER member_identity_goes AFTER UPDATE OF deleted_at ON member
                FOR EACH ROW WHEN (NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION member_identity_goes();
            """)

    /// Who connects a provider, and whose sessions are ended meanwhile, connects nothing any more.
    static let socialEpochs = PostgresMigration(
        number: 21, name: "epochs of connecting",
        sql: """
            DELETE FROM social_flow WHERE member_id IS NOT NULL;
            ALTER TABLE social_flow ADD COLUMN member_epoch integer,
                ADD CHECK ((member_id IS NULL) = (member_epoch IS NULL));
            """)

    /// Nor does a page's code outlive what ends sessions.
    static let socialGrantEpochs = PostgresMigration(
        number: 22, name: "epochs of codes for pages",
        sql: """
            DELETE FROM social_grant;
            ALTER TABLE social_grant ADD COLUMN member_epoch integer NOT NULL;
            """)
}
