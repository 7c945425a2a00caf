internal import CNGHTTP2
internal import Primitives

/// Lends the fields of a response as nghttp2 wants them: pointers into bytes that already exist. nghttp2 copies the
/// values when a response is submitted; of our own names, which live as long as the program, it keeps the pointers.
enum HTTP2ResponseFields {
    /// `:status`, `date` and `content-length` are added to the handler's.
    private static let addedCount = 3
    /// Digits of the status and of the longest length.
    private static let digitCountMax = 3 + 20

    static func with<Result>(
        _ response: borrowing HTTPResponse, date: [UInt8], _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Result
    ) -> Result {
        let entries = response.fields.entries
        let length = response.status.forbidsBody ? nil : response.body.count
        return withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: entries.count + Self.addedCount) { fields in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.digitCountMax) { digits in
                date.withUnsafeBufferPointer { date in
                    response.fields.wire.withUnsafeBufferPointer { wire in
                        var count = 0
                        func add(_ field: nghttp2_nv) {
                            fields.initializeElement(at: count, to: field)
                            count += 1
                        }
                        add(self.field(":status", self.digits(response.status.code, in: digits, at: 0)))
                        add(self.field("date", date))
                        for entry in entries { add(self.field(entry, of: wire)) }
                        if let length { add(self.field("content-length", self.digits(length, in: digits, at: 3))) }
                        return body(UnsafeBufferPointer(rebasing: fields[..<count]))
                    }
                }
            }
        }
    }

    /// Lends `:status` alone, for an answer that is not the last.
    static func withStatus(_ status: HTTPStatus, _ body: (UnsafeBufferPointer<nghttp2_nv>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.digitCountMax) { digits in
            withUnsafePointer(to: self.field(":status", self.digits(status.code, in: digits, at: 0))) {
                body(UnsafeBufferPointer(start: $0, count: 1))
            }
        }
    }

    private static func field(_ name: StaticString, _ value: UnsafeBufferPointer<UInt8>) -> nghttp2_nv {
        nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.utf8Start), value: UnsafeMutablePointer(mutating: value.baseAddress),
            namelen: name.utf8CodeUnitCount, valuelen: value.count,
            flags: UInt8(NGHTTP2_NV_FLAG_NO_COPY_NAME.rawValue))
    }

    private static func field(_ entry: HTTPFields.Entry, of wire: UnsafeBufferPointer<UInt8>) -> nghttp2_nv {
        let name = UnsafeBufferPointer(rebasing: wire[entry.name])
        let value = UnsafeBufferPointer(rebasing: wire[entry.value])
        return nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.baseAddress),
            value: UnsafeMutablePointer(mutating: value.baseAddress), namelen: name.count, valuelen: value.count,
            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
    }

    /// Writes a number that is not negative into `buffer` and lends its digits.
    private static func digits(
        _ value: Int, in buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) -> UnsafeBufferPointer<UInt8> {
        var count = 1
        var bound = value / 10
        while bound > 0 {
            count += 1
            bound /= 10
        }
        var rest = value
        for index in (start..<start + count).reversed() {
            buffer.initializeElement(at: index, to: UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        return UnsafeBufferPointer(rebasing: buffer[start..<start + count])
    }
}
