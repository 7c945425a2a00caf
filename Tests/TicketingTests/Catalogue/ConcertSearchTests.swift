import Foundation
import HTTPServer
import Testing

@testable import Ticketing

@Suite("Search")
struct ConcertSearchTests {
    @Test("letters from the middle of a word find it, however they are written")
    func spelling() async throws {
        let rig = try CatalogueRig()
        let seller = try rig.rig.member("SELLER")
        try rig.rig.sql(
            """
            INSERT INTO concert (seller_id, name, performers, runtime_minutes, sale_opens_at, sale_closes_at, status)
            SELECT \(seller), name, performers, 60, now(), now() + interval '1 day', 'PUBLISHED'
            FROM (VALUES ('여름밤의 꿈', '볼빨간사춘기'), ('아이유 콘서트', '아이유 (IU)'), ('Winter Jazz 2026', 'The Grapes'),
                ('Café Ｎｉｇｈｔ', ''), ('한여름 밤의 재즈', '')) AS given (name, performers)
            """)
        func found(_ keyword: String) async throws -> [String] {
            var allowed = CharacterSet.alphanumerics
            allowed.remove(charactersIn: "+")
            let text = try #require(keyword.addingPercentEncoding(withAllowedCharacters: allowed))
            let answer = try await rig.client.send(.get, "/concert?keyword=\(text)")
            #expect(answer.status == 200)
            return (answer.json["items"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
        }
        #expect(try await found("춘기") == ["여름밤의 꿈"])
        #expect(try await found("사춘기") == ["여름밤의 꿈"])
        #expect(try await found("빨") == ["여름밤의 꿈"])
        #expect(try await found("볼 빨간 사춘기") == ["여름밤의 꿈"])
        #expect(try await found("춘기".decomposedStringWithCanonicalMapping) == ["여름밤의 꿈"])
        #expect(try await found("아이유콘서트") == ["아이유 콘서트"])
        #expect(try await found("여름 밤의") == ["한여름 밤의 재즈", "여름밤의 꿈"])
        #expect(try await found("재즈") == ["한여름 밤의 재즈"])
        #expect(try await found("GRAPES") == ["Winter Jazz 2026"])
        #expect(try await found("ter jaz") == ["Winter Jazz 2026"])
        #expect(try await found("2026") == ["Winter Jazz 2026"])
        #expect(try await found("02") == ["Winter Jazz 2026"])
        #expect(try await found("i") == ["Café Ｎｉｇｈｔ", "Winter Jazz 2026", "아이유 콘서트"])
        #expect(try await found("night") == ["Café Ｎｉｇｈｔ"])
        // Each pair is there, but not in this order.
        #expect(try await found("콘서트유") == [])
        for nothing in ["없는말", "!!!", " ", "'; DROP TABLE concert", "%_", "\u{0301}"] {
            #expect(try await found(nothing) == [], "\(nothing)")
        }
    }

    /// A database of a large market: 200,000 concerts. In 40 of them somebody plays whose name has 춘기 in its middle.
    private static func market(_ rig: TicketingRig) throws {
        let seller = try rig.member("SELLER")
        let index = try rig.sql("SELECT pg_get_indexdef('concert_grams'::regclass)")
        // An index of everything is made faster at once than row by row.
        try rig.sql(
            """
            SET session_replication_role = replica;
            DROP INDEX concert_grams;
            INSERT INTO concert (seller_id, category, name, performers, runtime_minutes, sale_opens_at, sale_closes_at,
                status)
            SELECT \(seller), CASE WHEN n < 60 THEN 'EXHIBITION' WHEN n % 10 = 0 THEN 'SPORT' ELSE 'CONCERT' END,
                translate(((n * 7919) % 1000003)::text, '0123456789', '가나다라마바사아자차')
                    || translate(left(md5(n::text), 5), '0123456789abcdef', '김이박최정강조윤장임한오서신권황')
                    || (ARRAY['콘서트', ' 투어', ' 팬미팅', ' 앙코르'])[1 + n % 4],
                CASE WHEN n % 5000 = 7 THEN '볼빨간사춘기' ELSE '' END, 120, now(), now() + interval '9 days', 'PUBLISHED'
            FROM generate_series(1::bigint, 200000) AS n;
            INSERT INTO schedule (concert_id, starts_at, ends_at)
            SELECT id, time, time + interval '2 hours'
            FROM (SELECT id, '2030-01-01'::timestamptz + id * interval '1 hour' AS time FROM concert) AS given;
            \(index);
            """)
        try rig.sql("VACUUM ANALYZE concert, schedule")
    }

    @Test("two syllables from the middle of a word are found among 200,000 concerts in less than a millisecond")
    func speed() async throws {
        let rig = try CatalogueRig()
        try Self.market(rig.rig)
        func milliseconds(
            _ keyword: String?, _ category: String? = nil, from: String? = nil, to: String? = nil
        ) throws -> [Double] {
            let values = [keyword, category, from, to].map { $0.map { "'\($0)'" } ?? "NULL" }.joined(separator: ", ")
            let call = "SELECT * FROM concert_find(\(values), 9223372036854775807, 21)"
            let explain = "EXPLAIN (ANALYZE, FORMAT JSON) \(call);\n"
            let text = try rig.rig.sql(String(repeating: explain, count: 31))
            return text.matches(of: /"Execution Time": ([0-9.]+)/).compactMap { Double($0.1) }.sorted()
        }
        for keyword in ["춘기", "볼빨", "사춘기", "볼빨간 사춘기", "춘"] {
            let times = try milliseconds(keyword)
            try #require(times.count == 31)
            #expect(times[15] < 1, "\(keyword): \(times[15]) ms")
        }
        // The plan of the statement inside.
        let plan = try rig.rig.sql(
            """
            LOAD 'auto_explain';
            SET auto_explain.log_nested_statements = on;
            SET auto_explain.log_min_duration = 0;
            SET client_min_messages = log;
            SELECT count(*) FROM concert_find('춘기', NULL, NULL, NULL, 9223372036854775807, 100);
            """)
        #expect(plan.contains("Bitmap Index Scan on concert_grams"), "\(plan)")
        // Words that a quarter of all have are met soon by walking.
        let common = try milliseconds("콘서트")
        #expect(common[15] < 50, "\(common[15]) ms")
        // Of the oldest 59 of all, of one in ten, and of times at both ends of 23 years: one at a time and together.
        for (category, from, to) in [
            ("EXHIBITION", nil, nil), ("SPORT", nil, nil), ("MUSICAL", nil, nil),
            (nil, "2052-10-20", nil), (nil, "2030-01-01", "2030-01-03"), (nil, "2060-01-01", nil),
            ("SPORT", "2030-01-01", "2030-02-01"), ("EXHIBITION", "2052-01-01", nil),
        ] as [(String?, String?, String?)] {
            let times = try milliseconds(nil, category, from: from, to: to)
            try #require(times.count == 31)
            #expect(times[15] < 20, "\(category ?? "") \(from ?? "") \(to ?? ""): \(times[15]) ms")
        }
        let answer = try await rig.client.send(.get, "/concert?keyword=%EC%B6%98%EA%B8%B0&limit=100")
        #expect((answer.json["items"] as? [Any])?.count == 40)
    }
}
