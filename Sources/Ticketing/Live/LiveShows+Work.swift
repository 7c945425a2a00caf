internal import Commerce
internal import Observability
internal import Postgres
internal import Primitives
package import Reactor
internal import Synchronization

/// What goes on while nobody asks.
extension LiveShows {
    package static let channel: StaticString = "live_news"

    /// Brings what publishers do to the database, says who is here, and looks for shows whose publishers are gone. Ends
    /// when its task is cancelled.
    package func run(on loop: EventLoop) async {
        var lookAt = MonotonicTime.now
        while !Task.isCancelled {
            do {
                try await self.decideDirty()
                if lookAt <= .now {
                    lookAt = .now + self.limits.hearingTime
                    try await self.hearAndLook()
                }
                await self.bell.wait(max(lookAt - .now, .milliseconds(1)), on: loop)
            } catch {
                self.log.warning("shows not decided", ["reason": .text("\(error)")])
                await self.bell.wait(self.limits.retryTime, on: loop)
            }
        }
    }

    /// What becomes of the shows whose publishers have changed.
    package func decideDirty() async throws {
        let dirty = self.takeDirty()
        for (index, schedule) in dirty.enumerated() {
            do {
                _ = try await self.apply(self.isPublished(schedule) ? .published : .stopped, to: schedule)
            } catch {
                self.putBack(dirty[index...])
                throw error
            }
        }
    }

    /// One round of saying who is published here, and of looking at what time has made of shows.
    package func hearAndLook() async throws {
        let published = self.allPublished
        if !published.isEmpty {
            let rows = try await self.database.run(LiveStatements.hear, published)
            let heard = Set(try rows.map { try $0.get(0, as: Int64.self) })
            // One whose doors have opened since, or that was thought interrupted.
            for schedule in published where !heard.contains(schedule) {
                _ = try await self.apply(.published, to: schedule)
            }
        }
        // Who published before this process began has had nowhere to come back to until then.
        let isSettled = self.startedAt + self.limits.publisherGraceTime <= .now
        let due = try await self.database.run(
            LiveStatements.due, self.limits.silenceTime.milliseconds / 1000,
            isSettled ? self.limits.publisherGraceTime.milliseconds / 1000 : nil, self.limits.dueCountMax)
        for row in due { _ = try await self.apply(.looked, to: try row.get(0)) }
    }

    /// Reads what there is to know: at the start of listening, and after every break of it.
    package func reload() async throws {
        let rows = try await self.database.run(
            LiveStatements.recent, self.limits.showCountMax, self.limits.endedDayCount)
        let recent = try rows.map { try $0.get(0, as: Int64.self) }
        try await self.read(Array(Set(recent + self.allKnown)))
        self.haveRead()
    }

    /// What another process, or this one, has told. Words of a later version are passed over.
    package func hear(_ text: String) async throws {
        guard let schedule = Int64(text) else { return }
        try await self.read([schedule])
    }
}
