package import Observability

/// Who wants an account.
package struct SignUp: Sendable {
    package let name: PersonName
    package let email: EmailAddress
    package let password: Secret<String>
    /// USER or SELLER: nobody makes himself a manager.
    package let isSeller: Bool

    package init(name: PersonName, email: EmailAddress, password: Secret<String>, isSeller: Bool) {
        self.name = name
        self.email = email
        self.password = password
        self.isSeller = isSeller
    }

    var role: MemberRole { self.isSeller ? .seller : .user }
}
