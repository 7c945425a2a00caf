internal import HTTPServer

/// Which places of a stage each grade has. Every place is of one grade, or is not sold.
struct SeatPlan: Equatable, Sendable {
    struct Grade: Equatable, Sendable {
        let draft: GradeDraft
        /// Nil without places.
        let area: StageLayout.Area?
    }

    let grades: [Grade]
    /// Of each schedule, those that are blocked too.
    let seatCount: Int

    /// Throws everything that is wrong, by its places in JSON. `layout` is nil without a stage.
    init(_ drafts: [GradeDraft], on layout: StageLayout?) throws(JSONFieldErrors) {
        var faults: [HTTPProblem.FieldError] = []
        var grades: [Grade] = []
        var seatCount = 0
        for (index, draft) in drafts.enumerated() {
            let area = Self.area(of: draft, at: index, on: layout, &faults)
            if let area {
                for other in grades where other.area?.overlaps(area) == true {
                    faults.append(
                        .init("grades/\(index)", "overlap", "a place cannot be of grade \(other.draft.name) too"))
                }
                if let blocked = layout?.blocked, Set(blocked.filter(area.contains)).count >= area.count {
                    faults.append(.init("grades/\(index)", "no-seats", "every place of it is blocked"))
                }
            }
            grades.append(Grade(draft: draft, area: area))
            switch draft.places {
            case .rows, .section: seatCount += area?.count ?? 0
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

    private static func area(
        of draft: GradeDraft, at index: Int, on layout: StageLayout?, _ faults: inout [HTTPProblem.FieldError]
    ) -> StageLayout.Area? {
        switch draft.places {
        case .general, .online: return nil
        case .rows(let rows):
            guard let layout else { return Self.withoutStage(&faults) }
            guard rows.upperBound <= layout.rowCount else {
                let detail = "the stage has \(layout.rowCount) rows"
                faults.append(.init("grades/\(index)/rows", "out-of-range", detail))
                return nil
            }
            return StageLayout.Area(rows: rows, columns: 1...max(layout.columnCount, 1))
        case .section(let name):
            guard let layout else { return Self.withoutStage(&faults) }
            guard let section = layout.sections.first(where: { $0.name == name }) else {
                faults.append(.init("grades/\(index)/section", "unknown-section", "the stage has no such section"))
                return nil
            }
            return layout.area(of: section)
        }
    }

    private static func withoutStage(_ faults: inout [HTTPProblem.FieldError]) -> StageLayout.Area? {
        if !faults.contains(where: { $0.pointer == "/stageId" }) {
            faults.append(.init("stageId", "required", "seats are at places of a stage"))
        }
        return nil
    }
}
