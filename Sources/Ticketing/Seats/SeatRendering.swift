internal import Commerce
internal import HTTPServer
internal import Primitives

/// A map as a body, once for everybody who asks for that form of it: plain, and compressed where that is smaller.
final class SeatRendering: Sendable {
    /// Both are said with the route.
    enum Form: Hashable, Sendable {
        case json
        case compact
    }

    /// What is written: all of a map, or one section of it.
    struct Key: Hashable, Sendable {
        let form: Form
        let section: String?
    }

    let version: Int64
    /// Of both.
    let byteCount: Int
    private let plain: HTTPResponse
    private let compressed: HTTPResponse?

    /// Fast rather than small: a map is written often.
    private static let compressionLevel: Int32 = 1

    /// - Parameter mark: Tells versions of this process from those of others.
    init(_ map: SeatMap, _ key: Key, mark: String) {
        self.version = map.version
        let bytes = key.form == .json ? Self.json(map, key.section) : Self.compact(map)
        // A section has a tag of its own by its path; the tag has to tell processes, versions and forms apart.
        let tag = "\(map.version)-\(mark)" + (key.form == .compact ? "-c" : "")
        var fields = HTTPFields()
        fields.append(.contentType, key.form == .json ? "application/json" : "application/octet-stream")
        // Anybody may keep it, and asks each time whether it is still so.
        fields.append(.cacheControl, "public, no-cache")
        let small = HTTPGzip.compress(bytes, level: Self.compressionLevel)
        self.byteCount = bytes.count + (small?.count ?? 0)
        if small != nil { fields.append(.vary, "accept-encoding") }
        self.plain = Self.response(fields, tag, bytes)
        if let small {
            fields.append(.contentEncoding, "gzip")
            self.compressed = Self.response(fields, tag + "-gz", small)
        } else {
            self.compressed = nil
        }
    }

    /// The form that suits the request.
    func response(to request: borrowing HTTPRequest) -> HTTPResponse {
        guard let compressed, request.acceptsGzip, !request.fields.contains(.range) else { return self.plain }
        return compressed
    }

    private static func response(_ fields: HTTPFields, _ tag: String, _ bytes: [UInt8]) -> HTTPResponse {
        var response = HTTPResponse(.ok, fields: fields, body: .shared(SharedSlice(SharedBytes(bytes))))
        // An error cannot come: the tag is made of digits and characters of Base64.
        try? response.fields.append(.etag, checking: "\"\(tag)\"")
        response.allowsRange = false
        response.addSecurityFields()
        return response
    }

    // MARK: JSON

    /// `{scheduleId,version,rows,cols,aisles,rowAisles,sections,seats:[{seatId,row,col,grade,price,status}]}`
    static func json(_ map: SeatMap, _ section: String?) -> [UInt8] {
        let layout = map.layout
        var bytes = Array("{\"scheduleId\":\(layout.schedule),\"version\":\(map.version)".utf8)
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: Self.hall(layout.stage))
        Self.append(",\"seats\":[", to: &bytes)
        // What seats have in common is written once.
        let tails = layout.classes.map(Self.tail)
        let wanted = layout.classes.map { section == nil || $0.section == section }
        var isFirst = true
        for (number, place) in layout.places.enumerated() {
            let index = Int(place.classIndex)
            guard tails.indices.contains(index), wanted[index], let state = map.state(number) else { continue }
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            Self.append("{\"seatId\":", to: &bytes)
            DecimalText.append(Int(layout.schedule << 20 | Int64(number)), to: &bytes)
            Self.append(",\"row\":", to: &bytes)
            Self.append(place.row, to: &bytes)
            Self.append(",\"col\":", to: &bytes)
            Self.append(place.column, to: &bytes)
            bytes.append(contentsOf: tails[index])
            Self.append(state.status, to: &bytes)
            Self.append("\"}", to: &bytes)
        }
        Self.append("]}", to: &bytes)
        return bytes
    }

    /// How the hall is laid out, as members of an object.
    private static func hall(_ stage: StageLayout) -> ArraySlice<UInt8> {
        var writer = JSONWriter()
        writer.object { stage.encodeHall(to: &$0) }
        return writer.bytes.dropFirst().dropLast()
    }

    private static func tail(_ kind: SeatLayout.Class) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("grade", kind.name)
            writer.member("price", kind.price)
        }
        return [UInt8(ascii: ",")] + writer.bytes.dropFirst().dropLast() + Array(",\"status\":\"".utf8)
    }

    private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private static func append(_ number: Int32?, to bytes: inout [UInt8]) {
        guard let number else { return self.append("null", to: &bytes) }
        DecimalText.append(Int(number), to: &bytes)
    }

    // MARK: Compact

    /// `PSM1`; schedule and version of eight bytes, how many seats of four, the highest byte first; then two bits for
    /// each seat number from 0 on, four to a byte, the first in the lowest bits: 0 available, 1 held, 2 sold, 3 no such
    /// seat.
    static func compact(_ map: SeatMap) -> [UInt8] {
        var bytes = Array("PSM1".utf8)
        for number in [UInt64(bitPattern: map.layout.schedule), UInt64(bitPattern: map.version)] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        let count = UInt32(truncatingIfNeeded: map.seatCount)
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        var byte: UInt8 = 0
        for number in 0..<map.seatCount {
            byte |= (map.state(number)?.statusCode ?? 3) << UInt8(number % 4 * 2)
            if number % 4 == 3 || number == map.seatCount - 1 {
                bytes.append(byte)
                byte = 0
            }
        }
        return bytes
    }
}
