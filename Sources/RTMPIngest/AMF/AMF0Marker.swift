/// The first byte of an AMF0 value. Numbers 4 (movie clip) and 14 (record set) are reserved and never sent.
enum AMF0Marker {
    static let number: UInt8 = 0
    static let boolean: UInt8 = 1
    static let string: UInt8 = 2
    static let object: UInt8 = 3
    static let null: UInt8 = 5
    static let undefined: UInt8 = 6
    static let reference: UInt8 = 7
    static let ecmaArray: UInt8 = 8
    static let objectEnd: UInt8 = 9
    static let strictArray: UInt8 = 10
    static let date: UInt8 = 11
    static let longString: UInt8 = 12
    static let unsupported: UInt8 = 13
    static let xml: UInt8 = 15
    static let typedObject: UInt8 = 16
    /// One value of AMF3 follows.
    static let amf3: UInt8 = 17
}
