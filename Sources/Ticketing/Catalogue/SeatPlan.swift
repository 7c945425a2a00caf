internal import HTTPServer

/// Which places of a stage each grade has. Every place is of one grade, or is not sold.
struct SeatPlan: Equatable, Sendable {
    struct Grade: Equatable, Sendable {
        let draft: GradeDraft
        /// None without places. Of a grade of sections one for each, in their order.
        let areas: [StageLayout.Area]
    }

    let grades: [Grade]
    /// Of each schedule, those that are blocked too.
    let seatCount: Int

    /// Throws everything that is wrong, by its places in JSON. `layout` is nil without a stage.
    init(_ drafts: [GradeDraft], on layout: StageLayout?) throws(JSONFieldErrors) {
        // A section is of one grade: what follows looks at each pair.
        guard drafts.reduce(0, { $0 + $1.sectionNames.count }) <= CatalogueLimits.sectionCountMax else {
            throw JSONFieldErrors([.init("grades", "too-many", "a section is of one grade")])
        }
        var faults: [HTTPProblem.FieldError] = []
        var grades: [Grade] = []
        var seatCount = 0
        for (index, draft) in drafts.enumerated() {
            let areas = Self.areas(of: draft, at: index, on: layout, &faults)
            if !areas.isEmpty {
                for other in grades where other.areas.contains(where: { areas.contains(where: $0.overlaps) }) {
                    faults.append(
                        .init("grades/\(index)", "overlap", "a place cannot be of grade \(other.draft.name) too"))
                }
                let isBlocked = areas.allSatisfy { area in
                    Set((layout?.blocked ?? []).filter(area.contains)).count >= area.count
                }
                if isBlocked { faults.append(.init("grades/\(index)", "no-seats", "every place of it is blocked")) }
            }
            grades.append(Grade(draft: draft, areas: areas))
            seatCount += areas.reduce(0) { $0 + $1.count }
            switch draft.places {
            case .rows, .section, .sections: break
            case .general(let capacity), .online(let capacity): seatCount += capacity
            }
        }
        if seatCount > SeatID.countMax {
            faults.append(.init("grades", "too-many", "a schedule has at most \(SeatID.countMax) seats"))
        }
        guard faults.isEmpty else {
            throw JSONFieldErrors(Array(faults.prefix(JSONObjectReader.errorCountMax)))
        }
        self.grades = grades
        self.seatCount = seatCount
    }

    private static func areas(
        of draft: GradeDraft, at index: Int, on layout: StageLayout?, _ faults: inout [HTTPProblem.FieldError]
    ) -> [StageLayout.Area] {
        let (sections, place): ([String], String)
        switch draft.places {
        case .general, .online: return []
        case .section(let name): (sections, place) = ([name], "grades/\(index)/section")
        case .sections(let names): (sections, place) = (names, "grades/\(index)/sections")
        case .rows(let rows):
            guard let layout else { return Self.withoutStage(&faults) }
            guard rows.upperBound <= layout.rowCount else {
                let detail = "the stage has \(layout.rowCount) rows"
                faults.append(.init("grades/\(index)/rows", "out-of-range", detail))
                return []
            }
            return [StageLayout.Area(rows: rows, columns: 1...max(layout.columnCount, 1))]
        }
        guard let layout else { return Self.withoutStage(&faults) }
        guard Set(sections).count == sections.count else {
            faults.append(.init(place, "duplicate", "each section once"))
            return []
        }
        return sections.compactMap { name in
            let section = layout.sections.first { $0.name == name }
            if section == nil { faults.append(.init(place, "unknown-section", "the stage has no such section")) }
            return section.map(layout.area)
        }
    }

    private static func withoutStage(_ faults: inout [HTTPProblem.FieldError]) -> [StageLayout.Area] {
        if !faults.contains(where: { $0.pointer == "/stageId" }) {
            faults.append(.init("stageId", "required", "seats are at places of a stage"))
        }
        return []
    }
}
