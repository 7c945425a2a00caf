import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TestClusterTests {
    @Test
    func `every database is empty, in UTF-8, and another one`() throws {
        let first = try TestCluster.shared.database()
        let second = try TestCluster.shared.database()
        #expect(first != second)
        try TestCluster.shared.query("CREATE TABLE seat (id int)", at: first)
        let tables = "SELECT count(*) FROM pg_tables WHERE tablename = 'seat'"
        #expect(try TestCluster.shared.query(tables, at: first) == "1")
        #expect(try TestCluster.shared.query(tables, at: second) == "0")
        #expect(try TestCluster.shared.query("SHOW lc_ctype", at: second) == "C.UTF-8")
        #expect(try TestCluster.shared.query("SHOW server_encoding", at: second) == "UTF8")
    }

    @Test
    func `an error of the server is thrown with its text`() throws {
        let failure = #expect(throws: TestCluster.Failure.self) { try TestCluster.shared.query("SELECT 1/0") }
        #expect(failure?.reason.contains("division by zero") == true)
    }

    @Test(arguments: [TestCluster.Command.stopFast, .stopImmediately, .kill])
    func `a server that was stopped starts again with what was committed`(_ stop: TestCluster.Command) throws {
        let cluster = TestCluster(settings: ["max_connections=10"])
        let url = try cluster.database()
        try cluster.query("CREATE TABLE seat (id int); INSERT INTO seat VALUES (1)", at: url)
        #expect(try cluster.query("SHOW max_connections") == "10")
        try cluster.perform(stop)
        #expect(try cluster.postmasterPID() == nil)
        try cluster.perform(.start)
        #expect(try cluster.query("SELECT id FROM seat", at: url) == "1")
    }

    @Test
    func `nothing is left when the cluster is let go`() throws {
        var cluster: TestCluster? = TestCluster()
        let directory = try #require(try cluster?.socketDirectory())
        let pid = try #require(try cluster?.postmasterPID())
        #expect(FileManager.default.fileExists(atPath: directory))
        cluster = nil
        #expect(!FileManager.default.fileExists(atPath: directory))
        #expect(kill(pid, 0) != 0)
    }
}
