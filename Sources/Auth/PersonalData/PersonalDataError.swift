/// What is stored cannot be read.
package enum PersonalDataError: Error, Equatable, Sendable {
    /// Wrapped by a key that this process does not have: another secret file, or one that was rotated out too early.
    case keyUnknown
    /// Not what was written there: damaged, or moved here from another row.
    case damaged
}
