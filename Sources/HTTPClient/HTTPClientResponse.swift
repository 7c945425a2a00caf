/// What came back, whatever its status: telling 200 from 500 is the caller's business. Redirects are not followed.
package struct HTTPClientResponse: Sendable {
    package let status: Int
    package let fields: [HTTPClientField]
    package let body: [UInt8]

    package init(status: Int, fields: [HTTPClientField], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The first value of a field; `name` is in lower case.
    package func first(_ name: String) -> String? { self.fields.first { $0.name == name }?.value }
}

extension HTTPClientResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(self.status), \(self.body.count) bytes" }
    package var debugDescription: String { self.description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
