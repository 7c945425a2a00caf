import Observability
import TestSupport
import Testing

@testable import Postgres

@Suite("Room for connections", .timeLimit(.minutes(5))) struct ConnectionRoomTests {
    @Test("is what the server, the role and the database allow, and what Podo opens at most")
    func room() throws {
        let cluster = TestCluster(settings: ["max_connections=20", "superuser_reserved_connections=4"])
        let url = Secret(try cluster.url())
        var limits = PostgresLimits()
        limits.interactive.connectionCountMax = 3
        // One each for much at once, in the background, for long work, for reports, to copy, to listen, and to look
        // whether it is there.
        let room = try ConnectionRoom(of: url, loopCount: 4, limits: limits)
        #expect(room.wanted == 19 && room.available == 16 && !room.isEnough)
        #expect(try ConnectionRoom(of: url, loopCount: 3, limits: limits).isEnough)
        try cluster.query("CREATE ROLE narrow LOGIN CONNECTION LIMIT 7")
        let narrow = Secret(try cluster.url(user: "narrow"))
        #expect(try ConnectionRoom(of: narrow, loopCount: 1).available == 7)
        try cluster.query("ALTER DATABASE postgres CONNECTION LIMIT 5")
        #expect(try ConnectionRoom(of: narrow, loopCount: 1).available == 5)
    }
}
