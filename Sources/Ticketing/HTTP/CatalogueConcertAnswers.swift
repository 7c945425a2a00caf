internal import Commerce
internal import HTTPServer
internal import Primitives

/// Concerts as lists and pages show them.
struct ListedConcertAnswer: JSONEncodable {
    let concert: ListedConcert

    func encode(to writer: inout JSONWriter) {
        let summary = self.concert.summary
        writer.object { writer in
            summary.encodeMembers(to: &writer)
            writer.member("startsAt", self.concert.firstStartsAt?.rfc3339)
            writer.member("lastStartsAt", self.concert.lastStartsAt?.rfc3339)
            writer.member("nextStartsAt", self.concert.nextStartsAt?.rfc3339)
            writer.member("timeZone", self.concert.timeZone)
            writer.member("isLive", self.concert.isLive)
            writer.member("scheduleCount", self.concert.scheduleCount)
            writer.member("minPrice", self.concert.priceMin.map { Money($0, summary.currency) })
        }
    }
}

extension ConcertSummary {
    /// What a list and a page tell alike.
    func encodeMembers(to writer: inout JSONWriter) {
        writer.member("concertId", self.id)
        writer.member("name", self.name)
        writer.member("performers", self.performers)
        writer.member("category", self.category)
        writer.member("status", self.status)
        writer.member("saleOpensAt", self.saleOpensAt.rfc3339)
        writer.member("saleClosesAt", self.saleClosesAt.rfc3339)
        writer.member("runtimeMinutes", self.runtimeMinutes)
        writer.member("ageRating", self.ageRating)
        writer.member("sellerId", self.sellerID)
        writer.member("stage", self.stage)
        writer.member("posterUrl", self.posterDigest.map { PosterAnswer.path(self.id, $0) })
    }
}

extension ConcertSummary.StageName: JSONEncodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("stageId", self.id)
            writer.member("name", self.name)
            writer.member("location", self.location)
        }
    }
}

struct ConcertDetailAnswer: JSONEncodable {
    let detail: ConcertDetail

    func encode(to writer: inout JSONWriter) {
        let detail = self.detail
        writer.object { writer in
            detail.summary.encodeMembers(to: &writer)
            writer.member("description", detail.description)
            writer.member("fields", detail.fields)
            writer.member("currency", detail.summary.currency.rawValue)
            writer.member("purchaseLimit", detail.purchaseLimit)
            writer.member("holdSeconds", detail.holdSeconds)
            writer.name("queue")
            writer.object { writer in
                writer.member("enabled", detail.queueIsEnabled)
                writer.member("admitPerSecond", detail.queueAdmitPerSecond)
                writer.member("maxActive", detail.queueActiveCountMax)
            }
            writer.member("refundRules", detail.refundRules)
            writer.member("grades", detail.grades.map { GradeAnswer(grade: $0, detail: detail) })
            writer.member("schedules", detail.schedules.map { ScheduleAnswer(schedule: $0, grades: detail.grades) })
            writer.member("deleted", detail.isDeleted)
            writer.member("version", detail.version)
            writer.member("serverTime", detail.serverTime.rfc3339)
        }
    }
}

/// A grade, with what remains of it in all schedules together.
private struct GradeAnswer: JSONEncodable {
    let grade: ConcertDetail.Grade
    let detail: ConcertDetail

    func encode(to writer: inout JSONWriter) {
        let grade = self.grade
        writer.object { writer in
            writer.member("gradeId", grade.id)
            writer.member("name", grade.name)
            writer.member("price", Money(grade.price, self.detail.summary.currency))
            writer.member("kind", grade.kind)
            writer.member("rows", grade.rows.map { [$0.lowerBound, $0.upperBound] })
            writer.member("section", grade.section)
            writer.member("sections", grade.sections)
            writer.member("capacity", grade.capacity)
            writer.member("playback", grade.playback)
            writer.member("remaining", self.detail.schedules.reduce(0) { $0 + ($1.remaining[grade.id] ?? 0) })
        }
    }
}

private struct ScheduleAnswer: JSONEncodable {
    let schedule: ConcertDetail.Schedule
    let grades: [ConcertDetail.Grade]

    func encode(to writer: inout JSONWriter) {
        let schedule = self.schedule
        writer.object { writer in
            writer.member("scheduleId", schedule.id)
            writer.member("startsAt", schedule.startsAt.rfc3339)
            writer.member("endsAt", schedule.endsAt.rfc3339)
            writer.member("timeZone", schedule.timeZone)
            writer.member("doorsOpenAt", schedule.doorsOpenAt.rfc3339)
            writer.member("replayUntil", schedule.replayUntil?.rfc3339)
            writer.member("status", schedule.status)
            writer.member("live", LiveAnswer(live: schedule.live))
            writer.member("version", schedule.version)
            writer.member("remaining", schedule.remaining.values.reduce(0, +))
            writer.name("grades")
            writer.array { writer in
                for grade in self.grades {
                    writer.object { writer in
                        writer.member("gradeId", grade.id)
                        writer.member("name", grade.name)
                        writer.member("remaining", schedule.remaining[grade.id] ?? 0)
                    }
                }
            }
        }
    }
}
