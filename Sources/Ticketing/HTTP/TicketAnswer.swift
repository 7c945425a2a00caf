internal import Crypto
internal import HTTPServer
internal import Primitives

/// A ticket as its owner sees it.
struct TicketAnswer: JSONEncodable {
    let ticket: Ticket
    /// Only who looks at one ticket is shown what the door reads.
    let proof: TicketProof?

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ticketId", self.ticket.id)
            writer.member("status", self.ticket.status)
            writer.member("reservationId", self.ticket.reservation)
            writer.member("concertId", self.ticket.concert)
            writer.member("concertName", self.ticket.concertName)
            writer.member("scheduleId", self.ticket.seat.schedule)
            writer.member("timeZone", self.ticket.timeZone)
            writer.member("startsAt", self.ticket.startsAt.rfc3339)
            writer.member("endsAt", self.ticket.endsAt.rfc3339)
            writer.member("doorsOpenAt", self.ticket.doorsOpenAt.rfc3339)
            writer.member("replayUntil", self.ticket.replayUntil?.rfc3339)
            writer.member("maxHeight", self.ticket.heightMax)
            writer.member("live", LiveAnswer(live: self.ticket.live))
            writer.member("seatId", self.ticket.seat.value)
            writer.member("grade", self.ticket.grade)
            writer.member("section", self.ticket.section)
            writer.member("row", self.ticket.row.map(Int.init))
            writer.member("col", self.ticket.column.map(Int.init))
            writer.member("isReceived", self.ticket.isReceived)
            writer.member("issuedAt", self.ticket.issuedAt.rfc3339)
            if let proof {
                writer.member("qr", proof.text)
                writer.member("qrUntil", proof.until.rfc3339)
                writer.member("code", self.ticket.code)
            }
        }
    }
}

/// What doors check the codes of tickets with.
struct TicketKeysAnswer: JSONEncodable {
    let keys: [(number: UInt8, bytes: [UInt8])]

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("keys")
            writer.array { writer in
                for key in self.keys {
                    writer.object { writer in
                        writer.member("keyId", Int(key.number))
                        writer.member("algorithm", "Ed25519")
                        writer.member("publicKey", Base64URL.string(key.bytes))
                    }
                }
            }
        }
    }
}
