/// Makes and checks hashes of passwords. Slow on purpose: only for the threads of a pool.
package protocol PasswordHashing: Sendable {
    /// A PHC string, with salt and parameters in it.
    func hash(_ password: [UInt8]) throws -> String

    /// Whether the hash is of this password; false for a text that is no hash.
    func isMatch(_ password: [UInt8], _ hash: String) throws -> Bool

    /// Made with today's parameters. A hash that was not is made anew when its password is known.
    func isCurrent(_ hash: String) -> Bool
}
