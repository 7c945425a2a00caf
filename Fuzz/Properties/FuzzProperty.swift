/// What must hold of any input. Never traps on any bytes; what does not hold is told in words.
package protocol FuzzProperty: SendableMetatype {
    /// The folder of its seeds and findings in fixtures/fuzz.
    static var name: String { get }

    /// Nil when all is well, otherwise what is wrong.
    static func violation(of bytes: [UInt8]) -> String?
}

extension FuzzProperty {
    /// What a fuzz target calls: a violation becomes the crash that libFuzzer looks for.
    package static func check(_ bytes: UnsafeBufferPointer<UInt8>) {
        if let violation = self.violation(of: Array(bytes)) { preconditionFailure(violation) }
    }
}
