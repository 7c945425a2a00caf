internal import Commerce
internal import Primitives

/// What the API's description shows: one for each shape that an answer can have.
extension Stage {
    static let example = Stage(
        id: 7, sellerID: 4_503_599_627_370_499, name: "포도홀", location: "서울 마포구 양화로 1",
        timeZone: "Asia/Seoul",
        layout: StageLayout(
            rowCount: 20, columnCount: 30,
            sections: [
                StageLayout.Section(name: "A", rows: 1...10, columns: 1...15),
                StageLayout.Section(name: "B", rows: 11...20, columns: nil),
            ], aisles: [15], rowAisles: [5], blocked: [StageLayout.Place(row: 20, column: 30)]), version: 1)
}

extension Teams.Fellow {
    static let example = Teams.Fellow(
        memberID: 4_503_599_627_370_501, name: "김포도", role: .streamer,
        addedAt: WallClock(unixMilliseconds: 1_767_225_600_000))
}

extension ConcertSummary {
    /// 2026-12-24, and some weeks before it.
    static let example = ConcertSummary(
        id: 17, name: "보라빛 밤", performers: "포도 앙상블", category: ConcertCategory.concert.rawValue,
        status: ConcertStatus.published.rawValue, saleOpensAt: WallClock(unixMilliseconds: 1_795_575_600_000),
        saleClosesAt: WallClock(unixMilliseconds: 1_798_095_600_000), currency: .krw, runtimeMinutes: 120,
        ageRating: 0,
        stage: StageName(id: 7, name: "포도홀", location: "서울 마포구 양화로 1"), sellerID: 4_503_599_627_370_499,
        posterDigest: "0f3a9c415d2e8b70")

    static let bare: ConcertSummary = {
        var summary = Self.example
        summary.stage = nil
        summary.posterDigest = nil
        return summary
    }()
}

extension ListedConcert {
    private static let night = WallClock(unixMilliseconds: 1_798_106_400_000)

    static let examples = [
        ListedConcert(
            summary: .example, firstStartsAt: Self.night, lastStartsAt: Self.night, nextStartsAt: Self.night,
            timeZone: "Asia/Seoul", isLive: false, scheduleCount: 1, priceMin: 66_000),
        ListedConcert(
            summary: .bare, firstStartsAt: nil, lastStartsAt: nil, nextStartsAt: nil, timeZone: nil, isLive: false,
            scheduleCount: 0, priceMin: nil),
    ]
}

extension ConcertDetail {
    static let example = ConcertDetail(
        summary: .example, description: "한 해의 끝, 포도 한 송이.",
        fields: [ConcertField(name: "주최", value: "포도 기획")], purchaseLimit: 4, holdSeconds: 300,
        queueIsEnabled: true, queueAdmitPerSecond: 200, queueActiveCountMax: 2000,
        refundRules: [RefundRule(daysBefore: 10, feeBasisPoints: 0)], version: 3, isDeleted: false,
        serverTime: WallClock(unixMilliseconds: 1_795_575_600_000),
        grades: [
            Grade(
                id: 70, name: "VIP", price: 99_000, kind: "SEATED", rows: 1...10, section: "A", capacity: nil,
                playback: PlaybackDraft()),
            Grade(
                id: 72, name: "R", price: 66_000, kind: "SEATED", rows: nil, section: nil, sections: ["B", "C"],
                capacity: nil, playback: PlaybackDraft()),
            Grade(
                id: 71, name: "온라인", price: 22_000, kind: "ONLINE", rows: nil, section: nil, capacity: 5000,
                playback: PlaybackDraft(heightMax: 720, hasReplay: false)),
        ],
        schedules: [
            Schedule(
                id: 42, startsAt: WallClock(unixMilliseconds: 1_798_106_400_000),
                endsAt: WallClock(unixMilliseconds: 1_798_113_600_000), timeZone: "Asia/Seoul",
                replayUntil: WallClock(unixMilliseconds: 1_798_711_200_000), status: "SCHEDULED",
                remaining: [70: 150, 71: 4821], doorsOpenAt: WallClock(unixMilliseconds: 1_798_104_600_000), version: 1,
                live: LiveAnswer.examples[1].live)
        ])

    static let examples: [ConcertDetail] = {
        var bare = Self.example
        bare.summary = .bare
        for index in bare.schedules.indices {
            bare.schedules[index].replayUntil = nil
            bare.schedules[index].live = LiveStatus()
        }
        return [Self.example, bare]
    }()
}
