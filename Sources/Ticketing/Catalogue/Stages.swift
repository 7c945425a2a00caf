internal import HTTPServer
internal import Postgres

/// Stages: made, looked at, changed and taken away.
final class Stages: Sendable {
    let database: PostgresDatabase
    let access: CatalogueAccess
    private let timeZones: TimeZoneNames
    private let metrics: CatalogueMetrics

    init(database: PostgresDatabase, access: CatalogueAccess, timeZones: TimeZoneNames, metrics: CatalogueMetrics) {
        self.database = database
        self.access = access
        self.timeZones = timeZones
        self.metrics = metrics
    }

    func create(_ draft: StageDraft, by caller: HTTPCaller) async throws -> Int64 {
        let seller = draft.sellerID ?? caller.memberID
        guard try await self.access.mayActFor(seller: seller, member: caller.memberID, role: caller.role) else {
            throw CatalogueProblems.forbidden
        }
        try await self.requireTimeZone(draft.timeZone)
        let layout = draft.layout
        let id: Int64 = try await self.database.transaction("stage_create", actor: caller.actor) { transaction in
            try await SellerRoom.requireStage(seller, in: transaction)
            return try await transaction.run(
                CatalogueStageStatements.insert, seller, draft.name, draft.location, draft.timeZone, layout.rowCount,
                layout.columnCount, StoredJSON.text(layout.sections), layout.aisles.map { Int32($0) },
                layout.blocked.map(\.code), layout.rowAisles.map { Int32($0) }
            ).single()
        }
        self.metrics.changed("stage-created")
        return id
    }

    func stage(_ id: Int64) async throws -> Stage {
        guard let row = try await self.database.run(CatalogueStageStatements.byID, id).first else {
            throw HTTPProblem.notFound
        }
        return try Stage(row)
    }

    func list(for member: Int64, below id: Int64, countMax: Int) async throws -> [Stage] {
        try await self.database.run(CatalogueStageStatements.own, member, id, countMax).map(Stage.init)
    }

    /// What seats were made by is kept as it is, as long as there are concerts with them. Returns the new version.
    func change(_ id: Int64, _ change: StageChange, version: Int?, by caller: HTTPCaller) async throws -> Stage {
        try await self.requireManager(of: try await self.stage(id), caller)
        if let zone = change.timeZone { try await self.requireTimeZone(zone) }
        try await self.database.transaction("stage_change", actor: caller.actor) { transaction in
            guard let row = try await transaction.run(CatalogueStageStatements.lock, id).first else {
                throw HTTPProblem.notFound
            }
            let stage = try Stage(row)
            if let version, version != stage.version { throw CatalogueProblems.versionMismatch }
            let layout = change.applied(to: stage.layout)
            let faults = layout.faults
            guard faults.isEmpty else { throw JSONFieldErrors(faults) }
            if change.isOfLayout {
                let uses = try await transaction.run(CatalogueStageStatements.uses, id)
                if try uses.first?.get(0, as: Bool.self) ?? false { throw CatalogueProblems.stageInUse }
            }
            _ = try await transaction.run(
                CatalogueStageStatements.change, id, change.name ?? stage.name, change.location ?? stage.location,
                change.timeZone ?? stage.timeZone, layout.rowCount, layout.columnCount,
                StoredJSON.text(layout.sections), layout.aisles.map { Int32($0) }, layout.blocked.map(\.code),
                layout.rowAisles.map { Int32($0) })
            // Halls are drawn otherwise, with every seat where it was.
            if layout.aisles != stage.layout.aisles || layout.rowAisles != stage.layout.rowAisles {
                _ = try await transaction.run(CatalogueStageStatements.tellOfSeats, id)
            }
        }
        self.metrics.changed("stage-changed")
        return try await self.stage(id)
    }

    func delete(_ id: Int64, by caller: HTTPCaller) async throws {
        try await self.requireManager(of: try await self.stage(id), caller)
        try await self.database.transaction("stage_delete", actor: caller.actor) { transaction in
            guard try await transaction.run(CatalogueStageStatements.lock, id).first != nil else {
                throw HTTPProblem.notFound
            }
            let uses = try await transaction.run(CatalogueStageStatements.uses, id)
            if try uses.first?.get(1, as: Bool.self) ?? false { throw CatalogueProblems.stageInUse }
            _ = try await transaction.run(CatalogueStageStatements.delete, id)
        }
        self.metrics.changed("stage-deleted")
    }

    func requireTimeZone(_ name: String, at place: String = "timeZone") async throws {
        guard try await self.timeZones.contains(name) else {
            throw CatalogueProblems.invalid(place, "unknown-time-zone", "a name of the IANA's list, like Asia/Seoul")
        }
    }

    func requireManager(of stage: Stage, _ caller: HTTPCaller) async throws {
        let mayAct = try await self.access.mayActFor(
            seller: stage.sellerID, member: caller.memberID, role: caller.role)
        guard mayAct else { throw CatalogueProblems.forbidden }
    }
}

extension HTTPCaller {
    /// As the columns that say who changed something name him.
    var actor: String { "member:\(self.memberID)" }
}
