/// Why the rest of some AMF could not be read. What came before stays of use.
package enum AMFError: Error, Equatable, Sendable {
    /// The bytes end within a value.
    case truncated
    case markerUnknown(UInt8)
    case tooDeep
    case tooManyNodes
    /// All strings together hold more than they may.
    case tooMuchText
    /// A reference to a string or to traits that were not there before.
    case referenceInvalid
    /// A class that writes itself in a form of its own.
    case externalizable
}
