import Testing

@testable import Postgres

@Suite("The first words of statements") struct StatementWordsTests {
    @Test(
        "are found, and nothing that only looks like a statement",
        arguments: [
            ("", []),
            (" ;; ", []),
            ("select 1", ["SELECT"]),
            ("CREATE TABLE a (id int);\n\tcommit ;", ["CREATE", "COMMIT"]),
            ("INSERT INTO a VALUES (';COMMIT;', 'it''s; ROLLBACK'); SELECT 1", ["INSERT", "SELECT"]),
            (#"SELECT E'\'; COMMIT; '; SELECT 2"#, ["SELECT", "SELECT"]),
            (#"SELECT '\'; COMMIT"#, ["SELECT", "COMMIT"]),
            (#"ALTER TABLE "a;COMMIT" ADD b int; DROP TABLE "c"""#, ["ALTER", "DROP"]),
            ("-- ; COMMIT\nSELECT 1 -- ; ABORT", ["SELECT"]),
            ("/* ; COMMIT /* ; */ ; ROLLBACK */ SELECT 1", ["SELECT"]),
            ("DO $$ BEGIN; COMMIT; END $$; SELECT $1", ["DO", "SELECT"]),
            ("DO $a$ $$ ; COMMIT $$ $a$; END", ["DO", "END"]),
            (
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; ABORT",
                ["CREATE", "ABORT"]
            ),
            ("CREATE TABLE t (begin int); COMMIT", ["CREATE", "COMMIT"]),
            ("/* COMMIT", []), ("SELECT 'COMMIT", ["SELECT"]), ("DO $$ COMMIT;", ["DO"]), ("SELECT E'\\", ["SELECT"]),
        ])
    func words(sql: String, expected: [String]) {
        #expect(StatementWords.first(in: sql) == expected)
    }
}
