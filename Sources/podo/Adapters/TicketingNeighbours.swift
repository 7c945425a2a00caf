internal import Auth
internal import HTTPServer
internal import Ticketing

/// The queue, as whoever reserves seats knows it.
struct ReservationQueueGate: QueueGate {
    let queue: QueueService

    func mayBuy(concert: Int64, member: Int64, pass: String?) async throws -> Bool {
        try await self.queue.mayBuy(concert: concert, member: member, pass: pass.map { Array($0.utf8)[...] })
    }
}

/// Who may change a concert may change its queue.
struct CatalogueQueueAccess: QueueAccess {
    let access: CatalogueAccess

    func mayManageQueue(of concert: Int64, _ caller: HTTPCaller) async throws -> Bool {
        try await self.access.mayManage(concert: concert, member: caller.memberID, role: caller.role)
    }
}

/// Members by their addresses, for whoever gives a ticket away or takes somebody into a team.
struct MemberAddressDirectory: MemberDirectory {
    let members: Members

    func member(email: String) async throws -> Int64? {
        guard let address = EmailAddress(email) else { return nil }
        return try await self.members.find(address)
    }

    func names(of members: [Int64]) async throws -> [Int64: String] { try await self.members.names(of: members) }
}
