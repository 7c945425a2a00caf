internal import HTTPServer
internal import Postgres

/// A stage as it is.
struct Stage: Sendable {
    let id: Int64
    let sellerID: Int64
    let name: String
    let location: String
    let timeZone: String
    let layout: StageLayout
    let version: Int

    init(
        id: Int64, sellerID: Int64, name: String, location: String, timeZone: String, layout: StageLayout, version: Int
    ) {
        self.id = id
        self.sellerID = sellerID
        self.name = name
        self.location = location
        self.timeZone = timeZone
        self.layout = layout
        self.version = version
    }

    /// Columns as those of `CatalogueStageStatements.byID`.
    init(_ row: PostgresRow) throws(PostgresError) {
        self.id = try row.get(0)
        self.sellerID = try row.get(1)
        self.name = try row.get(2)
        self.location = try row.get(3)
        self.timeZone = try row.get(4)
        self.layout = StageLayout(
            rowCount: try row.get(5), columnCount: try row.get(6),
            sections: try StoredJSON.list(try row.get(7)),
            aisles: try row.get(8, as: [Int32].self).map(Int.init),
            rowAisles: try row.get(11, as: [Int32].self).map(Int.init),
            blocked: try row.get(9, as: [Int32].self).map(StageLayout.Place.init(code:)))
        self.version = try row.get(10)
    }
}

/// Lists that a column of JSON holds.
enum StoredJSON {
    static func text(_ values: [some JSONEncodable]) -> String {
        var writer = JSONWriter()
        values.encode(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// What nothing of ours has written is an error of decoding.
    static func list<Value: JSONDecodable>(_ text: String) throws(PostgresError) -> [Value] {
        let unreadable = PostgresError(.decoding)
        // What is wrong with it, only who reads the table can say.
        guard let value = try? JSONParser.parse(Array("{\"list\":\(text)}".utf8)), case .object(let members) = value,
            let list = JSONObjectReader(members).array("list", of: Value.self, countMax: .max)
        else { throw unreadable }
        return list
    }
}
