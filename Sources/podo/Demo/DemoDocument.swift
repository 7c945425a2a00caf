internal import HTTPServer
internal import Observability

/// Somebody of a demo, with what he signs in by.
struct DemoAccount: JSONDecodable, JSONEncodable, Sendable {
    let email: String
    let password: Secret<String>

    init(email: String, password: Secret<String>) {
        self.email = email
        self.password = password
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let email = json.string("email", lengthMax: 254)
        let password = json.string("password", lengthMax: 200)
        guard let email, let password else { throw json.failure }
        self.init(email: email, password: Secret(password))
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("email", self.email)
            writer.member("password", self.password.reveal())
        }
    }
}

/// Everybody of a demo. Written down before anybody has an account: a start that was interrupted is gone on with.
struct DemoAccounts: JSONDecodable, JSONEncodable, Sendable {
    static let fileName = "demo.begun.json"
    static let fanCount = 10

    let admin: DemoAccount
    let seller: DemoAccount
    let fans: [DemoAccount]

    init(admin: DemoAccount, seller: DemoAccount, fans: [DemoAccount]) {
        self.admin = admin
        self.seller = seller
        self.fans = fans
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let admin = json.object("admin", DemoAccount.self)
        let seller = json.object("seller", DemoAccount.self)
        let fans = json.array("fans", of: DemoAccount.self, countMax: 1000)
        guard let admin, let seller, let fans else { throw json.failure }
        self.init(admin: admin, seller: seller, fans: fans)
    }

    func encode(to writer: inout JSONWriter) { writer.object { self.encodeMembers(to: &$0) } }

    fileprivate func encodeMembers(to writer: inout JSONWriter) {
        writer.member("admin", self.admin)
        writer.member("seller", self.seller)
        writer.member("fans", self.fans)
    }
}

/// What `demo.json` tells of a demo: where it is, what is sold, and who may try it. Programs read it, so its fields
/// stay as they are.
struct DemoDocument: JSONDecodable, JSONEncodable, Sendable {
    static let fileName = "demo.json"
    private static let seatCountMax = 10_000

    var baseURL: String
    /// What the stream key follows behind a slash.
    var rtmpURL: String
    var streamKey: Secret<String>
    let concertID: Int64
    var scheduleID: Int64
    /// Those that were free when the performance was made.
    var seatIDs: [Int64]
    let accounts: DemoAccounts

    var publishURL: String { "\(self.rtmpURL)/\(self.streamKey.reveal())" }

    init(
        baseURL: String, rtmpURL: String, streamKey: Secret<String>, concertID: Int64, scheduleID: Int64,
        seatIDs: [Int64], accounts: DemoAccounts
    ) {
        self.baseURL = baseURL
        self.rtmpURL = rtmpURL
        self.streamKey = streamKey
        self.concertID = concertID
        self.scheduleID = scheduleID
        self.seatIDs = seatIDs
        self.accounts = accounts
    }

    init(json: JSONObjectReader) throws(JSONFieldErrors) {
        let baseURL = json.string("baseUrl", lengthMax: 2000)
        let rtmpURL = json.string("rtmpUrl", lengthMax: 2000)
        let streamKey = json.string("streamKey", lengthMax: 200)
        let concert = json.integer("concertId", in: 1...Int64.max)
        let schedule = json.integer("scheduleId", in: 1...Int64.max)
        let seats = json.integers("seatIds", in: 1...Int64.max, countMax: Self.seatCountMax)
        let accounts = try DemoAccounts(json: json)
        guard let baseURL, let rtmpURL, let streamKey, let concert, let schedule, let seats else { throw json.failure }
        self.init(
            baseURL: baseURL, rtmpURL: rtmpURL, streamKey: Secret(streamKey), concertID: concert, scheduleID: schedule,
            seatIDs: seats, accounts: accounts)
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("baseUrl", self.baseURL)
            writer.member("rtmpUrl", self.rtmpURL)
            writer.member("streamKey", self.streamKey.reveal())
            writer.member("concertId", self.concertID)
            writer.member("scheduleId", self.scheduleID)
            writer.member("seatIds", self.seatIDs)
            self.accounts.encodeMembers(to: &writer)
        }
    }
}
