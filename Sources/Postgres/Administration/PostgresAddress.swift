internal import CLibPQ

/// Where a database is, out of what libpq takes for that: a URL, or `host=… dbname=…`. Holds no password.
package struct PostgresAddress: Equatable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: String
    package let database: String
    package let user: String

    /// Throws a sentence's second half. It quotes nothing of the text, which has a password in it.
    package init(_ text: String) throws(Problem) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            PQfreemem(message)
            throw Problem(
                reason: "is not of the form postgresql://USER:PASSWORD@HOST/DATABASE; signs like @ : / in a password "
                    + "are written %40 %3A %2F")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        let host = values["host"] ?? values["hostaddr"] ?? ""
        let port = values["port"] ?? ""
        guard let database = values["dbname"], !database.isEmpty else {
            throw Problem(reason: "names no database; it ends in /DATABASE")
        }
        // What follows such a sign in a password would be taken for another part, and be shown.
        let isPort = port.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ",")
        }
        guard isPort, !host.contains("@") || host.hasPrefix("@/"), !database.contains("@") else {
            throw Problem(
                reason: "has an @, a colon or a slash too many; in a password they are written %40, %3A and %2F")
        }
        self.host = host
        self.port = port
        self.database = database
        self.user = values["user"] ?? ""
    }

    package var description: String {
        let place = self.host.isEmpty ? "the local socket" : self.host + (self.port.isEmpty ? "" : ":\(self.port)")
        return "database \(self.database) at \(place)"
    }

    package struct Problem: Error {
        package let reason: String
    }
}
