internal import HTTPServer
internal import Primitives

/// What the demo sells, as somebody would describe it to the API.
enum DemoShow {
    static let rowCount = 20
    static let columnCount = 30

    /// Began a little before: it is live at once.
    private static let beganBefore = TimeAmount.seconds(300)
    /// The longest that a performance can be. When it is over, a start makes the next one.
    private static let time = TimeAmount.seconds(14 * 86_400)
    private static let saleTime = TimeAmount.seconds(10 * 365 * 86_400)
    /// All there are, so that one fan can buy a whole party's.
    private static let purchaseLimit = 100

    private struct Grade: JSONEncodable {
        let name: String
        let price: Int
        let rows: [Int]

        func encode(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.member("name", self.name)
                writer.member("price", self.price)
                writer.member("rows", self.rows)
            }
        }
    }

    private static let grades = [
        Grade(name: "VIP", price: 99_000, rows: [1, 4]), Grade(name: "R", price: 66_000, rows: [5, 12]),
        Grade(name: "S", price: 33_000, rows: [13, 20]),
    ]

    static var stage: [UInt8] {
        self.text { writer in
            writer.member("name", "포도홀 Podo Hall")
            writer.member("location", "서울 마포구 양화로 1, Seoul")
            writer.member("rows", self.rowCount)
            writer.member("cols", self.columnCount)
            writer.member("aisles", [10, 20])
        }
    }

    static func concert(stage: Int64, now: WallClock) -> [UInt8] {
        self.text { writer in
            writer.member("name", "보라빛 밤 · Violet Night")
            writer.member("performers", "포도 앙상블 Podo Ensemble")
            writer.member(
                "description",
                """
                포도 한 송이에 담은 여름밤. 이 공연은 포도를 시험해 보기 위한 것으로, 아무도 실제로 돈을 내지 않습니다.

                A summer night in a bunch of grapes. This show is for trying Podo out: nobody pays real money.
                """)
            writer.member("stageId", stage)
            writer.member("runtimeMinutes", 120)
            writer.member("category", "CONCERT")
            writer.member("saleOpensAt", now.moved(by: .nanoseconds(-self.beganBefore.nanoseconds)).rfc3339)
            writer.member("saleClosesAt", now.moved(by: self.saleTime).rfc3339)
            writer.member("purchaseLimit", self.purchaseLimit)
            writer.member("grades", self.grades)
            writer.name("refundRules")
            writer.array { writer in
                // All of the price, also while the show goes on: to see that a ticket given back opens nothing.
                writer.object { writer in
                    writer.member("daysBefore", -14)
                    writer.member("feeBasisPoints", 0)
                }
            }
            writer.name("schedules")
            writer.array { $0.object { self.encodePerformance(now: now, to: &$0) } }
        }
    }

    static func performance(now: WallClock) -> [UInt8] { self.text { self.encodePerformance(now: now, to: &$0) } }

    private static func encodePerformance(now: WallClock, to writer: inout JSONWriter) {
        let start = now.moved(by: .nanoseconds(-self.beganBefore.nanoseconds))
        writer.member("startsAt", start.rfc3339)
        writer.member("endsAt", start.moved(by: self.time).rfc3339)
    }

    private static func text(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(members)
        return writer.bytes
    }
}

extension WallClock {
    fileprivate func moved(by time: TimeAmount) -> WallClock {
        WallClock(unixMilliseconds: self.unixMilliseconds + time.milliseconds)
    }
}
