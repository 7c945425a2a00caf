import Crypto
import Foundation
import HTTPServer
import Observability
import Postgres
import Primitives
import Reactor
import TestSupport
import Testing

@testable import Auth

@Suite(.timeLimit(.minutes(5)))
struct AuditLogTests {
    @Test
    func `the log only grows, and shows when somebody has changed it all the same`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        for number in 0..<5 { _ = try await client.signUp("kim\(number)") }
        #expect(try rig.sql("SELECT count(*), min(id), max(id) FROM audit_log") == "5|1|5")
        #expect(try rig.sql("SELECT audit_log_fault() IS NULL") == "t")
        for change in ["UPDATE audit_log SET actor = 'nobody'", "DELETE FROM audit_log", "TRUNCATE audit_log"] {
            #expect(throws: TestCluster.Failure.self) { try rig.sql(change) }
        }
        // Whoever owns the table can switch the triggers off. The chain tells.
        try rig.sql("ALTER TABLE audit_log DISABLE TRIGGER ALL")
        try rig.sql("UPDATE audit_log SET detail = '{}' WHERE id = 3")
        #expect(try rig.sql("SELECT audit_log_fault()") == "3")
        try rig.sql("DELETE FROM audit_log WHERE id = 3")
        #expect(try rig.sql("SELECT audit_log_fault()") == "4")
    }

    @Test
    func `columns say who made and changed a row, and cannot be told otherwise`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        let (member, tokens) = try await client.asNewMember("kim")
        _ = try await member.send(.patch, "/api/v1/member/me", json: ["name": "lee"])
        #expect(
            try rig.sql("SELECT created_by, updated_by, updated_at > created_at FROM member")
                == "member:\(tokens.id)|member:\(tokens.id)|t")
        try rig.sql("UPDATE member SET created_by = 'nobody', created_at = now() - interval '1 year'")
        #expect(
            try rig.sql("SELECT created_by, updated_by, created_at > now() - interval '1 hour' FROM member")
                == "member:\(tokens.id)|system|t")
    }

    @Test
    func `many who write at once keep the chain whole`() async throws {
        let rig = try AuthRig()
        let client = AuthClient(rig: rig)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                var client = client
                client.address = .v4(UInt32(number) << 8)
                let asker = client
                group.addTask { _ = try await asker.signUp("kim\(number)") }
            }
            try await group.waitForAll()
        }
        #expect(try rig.sql("SELECT count(*), audit_log_fault() IS NULL FROM audit_log") == "40|t")
    }
}
