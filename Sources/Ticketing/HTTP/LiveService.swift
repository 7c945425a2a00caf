package import HTTPServer
internal import Postgres
internal import Primitives

/// Everything that the routes of live shows work with.
package struct LiveService: Sendable {
    let shows: LiveShows
    let access: CatalogueAccess
    let keys: any ShowKeys
    let streams: any ShowStreams
    let viewers: any ViewerCounts
    private let windows: ScheduleWindows
    /// Asked who somebody is on routes that are open to all, when the show is not.
    private let authorizer: any HTTPAuthorizer

    package init(
        shows: LiveShows, access: CatalogueAccess, keys: any ShowKeys, streams: any ShowStreams,
        viewers: any ViewerCounts = NoViewers(), authorizer: any HTTPAuthorizer
    ) {
        self.shows = shows
        self.access = access
        self.keys = keys
        self.streams = streams
        self.viewers = viewers
        self.windows = ScheduleWindows(shows: shows, keys: keys)
        self.authorizer = authorizer
    }

    // MARK: Handlers for everybody

    func schedule(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        Self.answer(try await self.visible(try await self.freshShow(values), to: request))
    }

    func events(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let id = try CatalogueService.id(values)
        var known = try await self.guarded { try await self.shows.show(id) }
        // It may have been published since it was read.
        if known?.isPublic != true { known = try await self.freshShow(values) }
        guard let known else { throw HTTPProblem.notFound }
        let show = try await self.visible(known, to: request)
        guard let hub = self.shows.hub, !hub.isFull else { throw CatalogueProblems.busy }
        let shows = self.shows
        return ServerSentEvents.response(slowClient: .skip) { events in
            hub.follow(show.schedule, events) {
                let current = shows.known(show.schedule) ?? show
                return LiveAnswer(live: current.live).news(revision: current.revision)
            }
        }
    }

    /// Of a draft only its team is told.
    private func visible(_ show: LiveShow, to request: HTTPRequest) async throws -> LiveShow {
        if show.isPublic { return show }
        let caller: HTTPCaller
        do throws(HTTPProblem) {
            caller = try self.authorizer.caller(of: request, for: .member)
        } catch {
            throw HTTPProblem.notFound
        }
        let isInsider = try await self.guarded {
            try await self.access.isInsider(seller: show.seller, member: caller.memberID, role: caller.role)
        }
        guard isInsider else { throw HTTPProblem.notFound }
        return show
    }

    private func freshShow(_ values: HTTPPathParameters) async throws -> LiveShow {
        let id = try CatalogueService.id(values)
        guard let show = try await self.guarded({ try await self.shows.freshShow(id) }) else {
            throw HTTPProblem.notFound
        }
        return show
    }

    // MARK: Handlers for a show's team

    func changeSchedule(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (show, caller) = try await self.own(request, values, [.admin])
        let version = try CatalogueService.version(of: request)
        let change = try request.decodeJSON(ScheduleChange.self)
        let changed = try await self.guarded {
            try await self.windows.change(show.schedule, change, version: version, by: caller)
        }
        guard let changed else { throw HTTPProblem.notFound }
        return Self.answer(changed)
    }

    func issueKey(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (show, caller) = try await self.own(request, values, [.admin, .streamer])
        if show.isCanceled { throw CatalogueProblems.state("The performance is canceled.") }
        if show.live.state == .ended { throw CatalogueProblems.state("The show has ended.") }
        let (from, until) = (show.keyFrom(self.shows.limits), show.keyUntil(self.shows.limits))
        let key = try await self.guarded {
            try await self.keys.issue(
                show.schedule, seller: show.seller, from: from, until: until, actor: caller.actor)
        }
        let issued = IssuedStreamKey(publishURL: self.streams.publishURL, key: key, from: from, until: until)
        return CatalogueService.uncached(HTTPResponse(.created, json: issued))
    }

    func revokeKey(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (show, caller) = try await self.own(request, values, [.admin, .streamer])
        _ = try await self.guarded {
            try await self.keys.revoke(show.schedule, seller: show.seller, actor: caller.actor)
        }
        return CatalogueService.empty
    }

    func stream(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (show, _) = try await self.own(request, values, [.admin, .streamer])
        let answer = ShowStreamAnswer(
            show: show, health: self.streams.health(of: show.schedule),
            viewerCount: self.viewers.viewerCount(of: show.schedule))
        return CatalogueService.uncached(HTTPResponse(json: answer))
    }

    /// Of a rehearsal too: it is for whoever makes the show.
    func picture(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        let (show, _) = try await self.own(request, values, [.admin, .streamer])
        guard let jpeg = self.streams.picture(of: show.schedule) else { throw Self.noPicture }
        var response = HTTPResponse(.ok, body: .shared(SharedSlice(jpeg)))
        response.fields.append(.contentType, "image/jpeg")
        return CatalogueService.uncached(response)
    }

    private static let noPicture = HTTPProblem(
        .notFound, code: "no-poster", detail: "There is no picture of this stream yet.")

    func end(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        try await self.decide(.ended, request, values, "The show has not begun.")
    }

    func reopen(_ request: HTTPRequest, _ values: HTTPPathParameters) async throws -> HTTPResponse {
        try await self.decide(.reopened, request, values, "The show has not ended, or its time is long over.")
    }

    private func decide(
        _ input: LiveShow.Input, _ request: HTTPRequest, _ values: HTTPPathParameters, _ refusal: String
    ) async throws -> HTTPResponse {
        let (show, caller) = try await self.own(request, values, [.admin, .streamer])
        let decided = try await self.guarded {
            try await self.shows.apply(input, to: show.schedule, actor: caller.actor)
        }
        guard let decided else { throw HTTPProblem.notFound }
        guard decided.outcome != .impossible else { throw CatalogueProblems.state(refusal) }
        return Self.answer(decided.show)
    }

    /// Throws `not-found` for what is not there or is none of the caller's business, `forbidden` for what all may see.
    private func own(
        _ request: HTTPRequest, _ values: HTTPPathParameters, _ roles: Set<TeamRole>
    ) async throws -> (LiveShow, HTTPCaller) {
        let caller = try CatalogueService.caller(of: request)
        let show = try await self.freshShow(values)
        let isAllowed = try await self.guarded {
            try await self.access.may(roles, schedule: show.schedule, member: caller.memberID, role: caller.role)
        }
        guard isAllowed else { throw show.isPublic ? CatalogueProblems.forbidden : HTTPProblem.notFound }
        return (show, caller)
    }

    // MARK: Helpers

    /// With the version that changes are made for.
    private static func answer(_ show: LiveShow) -> HTTPResponse {
        var response = CatalogueService.uncached(HTTPResponse(json: ScheduleDetailAnswer(show: show)))
        // An error cannot come: the value is digits in quotes.
        try? response.fields.append(.etag, checking: "\"\(show.version)\"")
        return response
    }

    private func guarded<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw CatalogueProblems.told(of: error)
        }
    }
}
