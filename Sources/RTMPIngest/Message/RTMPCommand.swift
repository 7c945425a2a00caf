internal import Primitives

/// A call that a peer makes, or an answer to one.
package struct RTMPCommand: Equatable, Sendable {
    package var name: String
    /// Zero wants no answer.
    package var transaction: Double
    /// What the command is about; the properties of a `connect`, otherwise mostly null.
    package var object: AMFValue
    package var arguments: [AMFValue]

    package init(name: String, transaction: Double, object: AMFValue, arguments: [AMFValue]) {
        self.name = name
        self.transaction = transaction
        self.object = object
        self.arguments = arguments
    }

    /// Reads a message of type 20 or 17; nil when it does not even begin with a name. What cannot be read behind it
    /// is left out.
    ///
    /// Type 17 begins with a byte that selects the format, always zero, and goes on as AMF0 that may switch to AMF3
    /// for single values. Some clients leave the zero out.
    package init?(_ type: MessageType, _ payload: borrowing RawSpan, limits: RTMPLimits) {
        var decoder = AMFDecoder(limits: limits)
        var offset = type == .commandAMF3 && payload.byte(at: 0) == 0 ? 1 : 0
        guard case .string(let name)? = decoder.next(payload, &offset) else { return nil }
        self.name = name
        self.transaction = decoder.next(payload, &offset)?.number ?? 0
        self.object = decoder.next(payload, &offset) ?? .null
        self.arguments = decoder.all(payload, from: offset)
    }

    package func append(to bytes: inout [UInt8]) {
        AMF0Encoder.append([.string(self.name), .number(self.transaction), self.object], to: &bytes)
        AMF0Encoder.append(self.arguments, to: &bytes)
    }
}
