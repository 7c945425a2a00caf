/// Why a segment could not be encrypted. It is then listed as a gap, never as it was.
enum EncryptionError: Error, Equatable, Sendable {
    /// OpenSSL would not.
    case cipherRefused
    /// The system has no memory for the result.
    case memoryRefused
}
