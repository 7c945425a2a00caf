internal import Commerce
internal import HTTPServer

/// What a route is for when there is too much to do, and what a member may ask of it. By its path, so that every route
/// of the API has a place, whoever adds it.
struct RouteLoad {
    let kind: LoadKind
    let budget: MemberBudget?

    /// Nil for what is never sent away: the operator's routes, and what is not of the API.
    init?(_ route: HTTPRoute, _ budgets: MemberBudgets) {
        let path = route.aliasOf ?? route.path
        guard path.hasPrefix(OpenAPIInfo.canonicalPrefix + "/") else { return nil }
        let words = path.dropFirst(OpenAPIInfo.canonicalPrefix.count).split(separator: "/")
        let isReading = route.method == .get
        switch words.first {
        case "admin": return nil
        case "payment":
            // Of a gateway nobody is a member, and its calls are few.
            self.init(.payment, isReading || route.access == .anyone ? nil : budgets.payment)
        // Whoever has a ticket has paid.
        case "ticket": self.init(.payment)
        case "reservation": self.init(.reservation, route.method == .post ? budgets.reservation : nil)
        case "concert" where words.contains("queue"):
            self.init(.queue, route.access == .anyone ? nil : isReading ? budgets.queuePoll : budgets.queueJoin)
        default: self.init(isReading ? .browse : .reservation)
        }
    }

    private init(_ kind: LoadKind, _ budget: MemberBudget? = nil) {
        self.kind = kind
        self.budget = budget
    }
}
