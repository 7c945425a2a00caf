/// Takes mails out of the house. Implemented outside.
package protocol MailTransport: Sendable {
    /// Returns when the mail is in other hands. What is thrown says only that it is not: it is tried again.
    func send(_ mail: MailMessage) async throws
}
