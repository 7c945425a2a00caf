internal import HTTPServer

/// What the demo reads of the API's answers.
enum DemoAnswers {
    /// One thing or a list of things with numbers.
    struct Made: JSONDecodable {
        let id: Int64
        let schedules: [MadeSchedule]

        init(json: JSONObjectReader) throws(JSONFieldErrors) {
            let stage = json.integer("stageId", in: 1...Int64.max, isRequired: false)
            let concert = json.integer("concertId", in: 1...Int64.max, isRequired: false)
            guard let id = concert ?? stage else { throw json.failure }
            self.id = id
            self.schedules = json.array("schedules", of: MadeSchedule.self, countMax: 100, isRequired: false) ?? []
        }
    }

    struct MadeSchedule: JSONDecodable {
        let id: Int64

        init(json: JSONObjectReader) throws(JSONFieldErrors) {
            guard let id = json.integer("scheduleId", in: 1...Int64.max) else { throw json.failure }
            self.id = id
        }
    }

    struct Page: JSONDecodable {
        let items: [Made]

        init(json: JSONObjectReader) throws(JSONFieldErrors) {
            guard let items = json.array("items", of: Made.self, countMax: 100) else { throw json.failure }
            self.items = items
        }
    }

    struct Concert: JSONDecodable {
        let schedules: [Schedule]
        let serverTime: String

        struct Schedule: JSONDecodable {
            let id: Int64
            let endsAt: String
            let status: String

            init(json: JSONObjectReader) throws(JSONFieldErrors) {
                let id = json.integer("scheduleId", in: 1...Int64.max)
                let endsAt = json.string("endsAt", lengthMax: 40)
                let status = json.string("status", lengthMax: 40)
                guard let id, let endsAt, let status else { throw json.failure }
                (self.id, self.endsAt, self.status) = (id, endsAt, status)
            }
        }

        init(json: JSONObjectReader) throws(JSONFieldErrors) {
            let schedules = json.array("schedules", of: Schedule.self, countMax: 10_000)
            let time = json.string("serverTime", lengthMax: 40)
            guard let schedules, let time else { throw json.failure }
            (self.schedules, self.serverTime) = (schedules, time)
        }

        /// Whether a performance can still be watched; nil when there is no such one. Times of one form are compared.
        func goesOn(_ schedule: Int64) -> Bool? {
            self.schedules.first { $0.id == schedule }.map { $0.status == "SCHEDULED" && $0.endsAt > self.serverTime }
        }
    }

    struct Seats: JSONDecodable {
        let free: [Int64]

        private struct Seat: JSONDecodable {
            let id: Int64
            let status: String

            init(json: JSONObjectReader) throws(JSONFieldErrors) {
                let id = json.integer("seatId", in: 1...Int64.max)
                let status = json.string("status", lengthMax: 40)
                guard let id, let status else { throw json.failure }
                (self.id, self.status) = (id, status)
            }
        }

        init(json: JSONObjectReader) throws(JSONFieldErrors) {
            guard let seats = json.array("seats", of: Seat.self, countMax: 10_000) else { throw json.failure }
            self.free = seats.filter { $0.status == "AVAILABLE" }.map(\.id)
        }
    }
}
