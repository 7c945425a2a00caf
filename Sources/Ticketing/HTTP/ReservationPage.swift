internal import HTTPServer
internal import Primitives

/// Which part of a list is asked for: what is older than a row, whose number the cursor holds.
struct ReservationPage {
    private static let countDefault = 20

    let before: Int64
    let countMax: Int

    init(_ query: HTTPQuery, countMax: Int) throws(HTTPProblem) {
        var before = Int64.max
        if let text = try query.single("cursor") {
            guard text.utf8.count <= 16, let bytes = Base64URL.decode(text.utf8), bytes.count == 8 else {
                throw HTTPProblem(.badRequest, code: "invalid-cursor")
            }
            before = Int64(bitPattern: bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
            guard before > 0 else { throw HTTPProblem(.badRequest, code: "invalid-cursor") }
        }
        self.before = before
        guard let text = try query.single("limit") else {
            self.countMax = Self.countDefault
            return
        }
        guard let count = DecimalText.parse(Array(text.utf8)), (1...countMax).contains(count) else {
            throw HTTPProblem(.badRequest, code: "invalid-request", detail: "limit is 1 to \(countMax)")
        }
        self.countMax = count
    }

    /// Where the list goes on behind a row.
    static func cursor(_ id: Int64) -> String {
        withUnsafeBytes(of: id.bigEndian) { Base64URL.string(Array($0)) }
    }
}
