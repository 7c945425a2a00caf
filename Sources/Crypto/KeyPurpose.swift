/// What a key derived from the root secret is for. Each purpose has a key of its own, so that what one seals or signs
/// is nothing to another (S-45). The texts are part of how keys are derived: one that changes changes the key.
package enum KeyPurpose: String, CaseIterable, Sendable {
    /// The seed that access tokens are signed with.
    case accessToken = "access-token"
    /// Seals personal columns.
    case personalData = "personal-data"
    /// Blind indexes of personal columns.
    case personalIndex = "personal-index"
    /// Computes the refresh token that follows another.
    case refreshToken = "refresh-token"
    /// Marks networks without telling which they are.
    case addressMark = "address-mark"
    /// Seals tickets and passes of waiting queues.
    case queueTicket = "queue-ticket"
    /// The seed that the codes of tickets are signed with, which doors read.
    case ticketCode = "ticket-code"
    /// Seals secrets of payment companies, and bank accounts of buyers.
    case paymentSecret = "payment-secret"
    /// Signs playback tokens.
    case playback = "playback"
}
