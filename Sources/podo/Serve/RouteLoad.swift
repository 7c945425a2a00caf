internal import Commerce
internal import HTTPServer

/// What a route is for when there is too much to do, and what a member may ask of it. By its path, so that every route
/// of the API has a place, whoever adds it.
struct RouteLoad: Equatable {
    let kind: LoadKind
    let budget: BudgetKind?

    /// Nil for what is never sent away: the operator's routes, and what is not of the API.
    init?(_ route: HTTPRoute) {
        let path = route.aliasOf ?? route.path
        guard path.hasPrefix(OpenAPIInfo.canonicalPrefix + "/") else { return nil }
        let words = path.dropFirst(OpenAPIInfo.canonicalPrefix.count).split(separator: "/")
        let isReading = route.method == .get
        // Of a gateway nobody is a member, and its calls are few.
        let isOfMembers = route.access != .anyone
        switch words.first {
        case "admin": return nil
        case "payment": self.init(.payment, !isReading && isOfMembers ? .payment : nil)
        // Whoever has a ticket has paid.
        case "ticket": self.init(.payment)
        case "reservation": self.init(.reservation, route.method == .post ? .reservation : nil)
        // Who pauses a queue does it when there is too much to do.
        case "concert" where words.contains("queue") && route.method == .patch: self.init(.payment)
        case "concert" where words.contains("queue"):
            self.init(.queue, !isOfMembers ? nil : isReading ? .queuePoll : .queueJoin)
        default: self.init(isReading ? .browse : .reservation)
        }
    }

    init(_ kind: LoadKind, _ budget: BudgetKind? = nil) {
        self.kind = kind
        self.budget = budget
    }
}

extension HTTPRoute {
    /// The same, whose description tells what a member is answered who has used up his budget.
    var describedWithBudget: HTTPRoute {
        guard RouteLoad(self)?.budget != nil, let describe = self.describe else { return self }
        @Sendable func described() -> HTTPRouteDescription {
            var description = describe()
            description.problems.append(
                HTTPProblemDescription(.tooManyRequests, "rate-limited", saysWhenToRetry: true))
            return description
        }
        return self.described(described())
    }
}
