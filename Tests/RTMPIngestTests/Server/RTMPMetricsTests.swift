import Foundation
import Reactor
import Testing

@testable import RTMPIngest

@Suite("Metrics of publishers") struct RTMPMetricsTests {
    private static let words =
        RTMPMetrics.refusals + RTMPMetrics.outcomes + RTMPMetrics.ends + RTMPMetrics.adviceLabels + RTMPMetrics.drops

    /// Words of more than one part are written for metrics alone: `too-many-streams`, `no-audio`.
    @Test("know every word of the source")
    func words() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/RTMPIngest")
        let listed = Set(Self.words.map(\.description))
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        var count = 0
        for case let file as URL in files
        where file.pathExtension == "swift" && file.lastPathComponent != "RTMPMetrics.swift" {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: /"([a-z]+(?:[-_][a-z]+)+)"/) {
                #expect(listed.contains(String(match.1)), "\(match.1) in \(file.lastPathComponent)")
                count += 1
            }
        }
        #expect(count > 60)
    }

    @Test("have a word for every cause of TLS, and no word twice")
    func lists() {
        for failure in TLSFailure.allCases {
            #expect(RTMPMetrics.refusals.contains { $0.description == failure.label.description })
        }
        let lists = [
            RTMPMetrics.refusals, RTMPMetrics.outcomes, RTMPMetrics.ends, RTMPMetrics.adviceLabels, RTMPMetrics.drops,
        ]
        for list in lists { #expect(Set(list.map(\.description)).count == list.count) }
    }
}
