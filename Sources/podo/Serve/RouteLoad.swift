internal import Commerce
internal import HTTPServer
internal import Primitives

/// What a route is for when there is too much to do, and what a member may ask of it. By its path, so that every route
/// of the API has a place, whoever adds it.
struct RouteLoad: Equatable {
    let kind: LoadKind
    let budget: BudgetKind?
    /// It takes what anybody sends and has the database look at it: networks have a budget.
    var isOpen = false

    /// Of one network. When a hot sale is paid, a company tells of each payment from a few addresses: it is let
    /// through, and what is not is told again. A flood is not.
    static let networkPolicy = BudgetPolicy(burstCount: 2000, interval: .milliseconds(5))

    /// Nil for what is never sent away: the operator's routes, and what is not of the API.
    init?(_ route: HTTPRoute) {
        let path = route.aliasOf ?? route.path
        guard path.hasPrefix(OpenAPIInfo.canonicalPrefix + "/") else { return nil }
        let words = path.dropFirst(OpenAPIInfo.canonicalPrefix.count).split(separator: "/")
        let isReading = route.method == .get
        // Of a gateway nobody is a member.
        let isOfMembers = route.access != .anyone
        switch words.first {
        case "admin": return nil
        case "payment":
            self.init(.payment, !isReading && isOfMembers ? .payment : nil)
            self.isOpen = !isReading && !isOfMembers
        // Whoever has a ticket has paid.
        case "ticket": self.init(.payment, Self.ticketBudget(words.last, isPost: route.method == .post))
        case "reservation": self.init(.reservation, route.method == .post ? .reservation : nil)
        // Who pauses a queue does it when there is too much to do.
        case "concert" where words.contains("queue") && route.method == .patch: self.init(.payment)
        case "concert" where words.contains("queue"):
            self.init(.queue, !isOfMembers ? nil : isReading ? .queuePoll : .queueJoin)
        // What is for sale, and who sells it.
        case "concert", "stage", "schedule": self.init(isReading ? .browse : .reservation, isReading ? nil : .catalogue)
        case "member" where words.last == "team" && !isReading: self.init(.reservation, .team)
        default: self.init(isReading ? .browse : .reservation)
        }
    }

    private static func ticketBudget(_ word: Substring?, isPost: Bool) -> BudgetKind? {
        switch word {
        case "qr": .ticketCode
        case "transfer" where isPost: .ticketTransfer
        case "playback" where isPost: .playback
        default: nil
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
        guard let load = RouteLoad(self), load.budget != nil || load.isOpen, let describe = self.describe else {
            return self
        }
        @Sendable func described() -> HTTPRouteDescription {
            var description = describe()
            description.problems.append(
                HTTPProblemDescription(.tooManyRequests, "rate-limited", saysWhenToRetry: true))
            return description
        }
        return self.described(described())
    }
}
