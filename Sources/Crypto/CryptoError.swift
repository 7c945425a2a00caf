/// A library would not do what it was asked to: it has no memory, or was built without the cipher.
package struct CryptoError: Error, Equatable, Sendable {
    package enum Step: Sendable {
        case begin
        case encrypt
        case finish
        /// A password hash: almost always for want of the memory that it takes on purpose.
        case hashPassword
    }

    package let step: Step
}
