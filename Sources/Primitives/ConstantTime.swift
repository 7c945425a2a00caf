/// Comparison of secrets.
package enum ConstantTime {
    /// Whether the bytes are equal, in a time that depends on the lengths alone: every byte is looked at, wherever the
    /// first difference is.
    package static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
