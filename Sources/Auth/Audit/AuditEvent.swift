internal import HTTPServer
package import Reactor

/// Something that must be known later: who did what to whom. Personal data has no place in it; people are numbers.
package struct AuditEvent: Sendable {
    /// `member:17`, `command-line`, `system`.
    let actor: String
    let action: StaticString
    /// `member:17`, `stream:main`.
    let subject: String
    /// Where from; only of people who see or change what is other people's.
    let address: SocketAddress.Host?
    let detail: [(name: StaticString, value: String)]

    package init(
        actor: String, action: StaticString, subject: String, address: SocketAddress.Host? = nil,
        detail: [(StaticString, String)] = []
    ) {
        self.actor = actor
        self.action = action
        self.subject = subject
        self.address = address
        self.detail = detail.map { (name: $0.0, value: $0.1) }
    }

    /// A member as actor or subject.
    package static func name(_ member: Int64) -> String { "member:\(member)" }

    var addressText: String? { self.address.map { SocketAddress(host: $0, port: 0).hostText } }

    var detailText: String {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, value) in self.detail { writer.member(name, value) }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
