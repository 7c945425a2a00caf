/// Who a request comes from, as the authorizer found it. Handlers of routes that are not for anyone go by it.
package struct HTTPCaller: Equatable, Sendable {
    /// How the request showed whose it is.
    package enum Proof: Sendable {
        /// A token in `authorization`, as programs do.
        case bearer
        /// A cookie, as the pages do.
        case cookie
    }

    package let memberID: Int64
    /// The most that this caller may; never `.anyone`.
    package let role: HTTPAccess
    package let proof: Proof

    package init(memberID: Int64, role: HTTPAccess, proof: Proof) {
        self.memberID = memberID
        self.role = role
        self.proof = proof
    }
}
