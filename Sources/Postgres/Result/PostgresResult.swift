internal import CLibPQ
internal import Primitives

/// Owns one result of libpq, which never changes once it is made.
final class PostgresResult: @unchecked Sendable {
    // SAFETY: libpq only reads a finished result, and allows that from any thread; it is released once, here.
    private let raw: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    init(owning raw: OpaquePointer) {
        self.raw = raw
        self.rowCount = Int(PQntuples(raw))
        self.columnCount = Int(PQnfields(raw))
    }

    deinit { PQclear(self.raw) }

    /// What it takes of memory.
    var byteCount: Int { PQresultMemorySize(self.raw) }

    /// The rows that a statement changed or returned, as its command tag says.
    var affectedCount: Int {
        var count = 0
        var place = PQcmdTuples(self.raw)
        while let digit = place?.pointee, digit >= 48, digit <= 57 {
            count = count &* 10 &+ Int(digit - 48)
            place = place?.advanced(by: 1)
        }
        return count
    }

    /// The first word of the command tag is this one.
    func tagBegins(_ word: StaticString) -> Bool {
        guard let tag = PQcmdStatus(self.raw) else { return false }
        return strncmpASCII(tag, word)
    }

    func name(column: Int) -> String {
        guard let name = PQfname(self.raw, CInt(truncatingIfNeeded: column)) else { return "" }
        return String(cString: name)
    }

    /// Rows and columns are checked by libpq as well, but its answer could not be told from a value.
    func decode<Value: PostgresDecodable>(row: Int, column: Int) throws(PostgresError) -> Value {
        guard row >= 0, row < self.rowCount, column >= 0, column < self.columnCount else { throw .decoding }
        let (row, column) = (CInt(truncatingIfNeeded: row), CInt(truncatingIfNeeded: column))
        if PQgetisnull(self.raw, row, column) == 1 { return try Value.decodeNull() }
        guard let bytes = PQgetvalue(self.raw, row, column) else { throw .decoding }
        let count = Int(PQgetlength(self.raw, row, column))
        let type = PostgresType(PQftype(self.raw, column))
        let span = RawSpan(_unsafeStart: UnsafeRawPointer(bytes), byteCount: max(count, 0))
        return try Value.decode(span, type: type)
    }

    private func strncmpASCII(_ text: UnsafePointer<CChar>, _ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount where UInt8(bitPattern: text[index]) != word.utf8Start[index] {
            return false
        }
        return true
    }
}
