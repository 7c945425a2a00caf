internal import CLibPQ

/// The parameters of one statement, encoded one behind the other into one piece of memory.
package struct PostgresParameters: Sendable {
    /// Where a parameter's bytes are; NULL has none.
    private struct Place {
        let offset: Int
        let byteCount: Int
        let isNull: Bool
        let type: Oid
    }

    /// The largest number that the protocol can count.
    static let countMax = 65_535

    private(set) var bytes: [UInt8] = []
    private var places: [Place] = []

    var count: Int { self.places.count }

    init() {}

    init(_ values: [any PostgresEncodable]) {
        self.places.reserveCapacity(values.count)
        for value in values { self.append(value) }
    }

    mutating func append(_ value: some PostgresEncodable) {
        let offset = self.bytes.count
        let isThere = value.encode(to: &self.bytes)
        if !isThere { self.bytes.removeLast(self.bytes.count - offset) }
        let type = type(of: value).postgresType.number
        self.places.append(
            Place(offset: offset, byteCount: self.bytes.count - offset, isNull: !isThere, type: type))
    }

    var types: [Oid] { self.places.map(\.type) }

    /// Distinguishes the lists of types that one statement was used with.
    var signature: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for place in self.places { hash = (hash ^ UInt64(place.type)) &* 0x0000_0100_0000_01B3 }
        return hash
    }

    /// What libpq takes: pointers to values, their lengths, and that all of them are binary. Valid within `body` only.
    func withPointers<Result>(
        _ body: (
            _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<CInt>?,
            _ formats: UnsafePointer<CInt>?
        ) -> Result
    ) -> Result {
        if self.places.isEmpty { return body(nil, nil, nil) }
        return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: self.count) { values in
            withUnsafeTemporaryAllocation(of: CInt.self, capacity: 2 * self.count) { numbers in
                self.bytes.withUnsafeBytes { bytes in
                    for (index, place) in self.places.enumerated() {
                        values.initializeElement(at: index, to: Self.pointer(place, in: bytes))
                        numbers.initializeElement(at: index, to: CInt(truncatingIfNeeded: place.byteCount))
                        numbers.initializeElement(at: self.count + index, to: 1)
                    }
                    return body(values.baseAddress, numbers.baseAddress, numbers.baseAddress.map { $0 + self.count })
                }
            }
        }
    }

    /// A value of no bytes needs a pointer all the same: none at all is NULL.
    private static func pointer(_ place: Place, in bytes: UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
        if place.isNull { return nil }
        guard let start = bytes.baseAddress else { return Self.nothing }
        return (start + place.offset).assumingMemoryBound(to: CChar.self)
    }

    // SAFETY: points to one byte that is never changed and never released.
    private nonisolated(unsafe) static let nothing: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()
}
