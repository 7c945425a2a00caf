internal import MediaTypes
internal import Primitives

/// One sentence on what comes, soon after it began and whenever formats changed.
extension StreamMonitor {
    /// As the sentence is due: after 3 s when all is known, otherwise after 5 s.
    mutating func takeSummary(_ health: StreamHealth, start: MonotonicTime, now: MonotonicTime) -> StreamAdvice? {
        guard let due = self.summaryDue, self.rate(now: now) != nil else { return nil }
        let time = now - max(due, start)
        let isAllKnown = self.audioFormat != nil && self.videoFormat != nil && self.keyframeInterval != nil
        guard time >= (isAllKnown ? .seconds(3) : .seconds(5)) else { return nil }
        self.summaryDue = nil
        var parts: [String] = []
        if let format = self.videoFormat { parts.append(self.words(on: format, health)) }
        if let format = self.audioFormat { parts.append(self.words(on: format, health)) }
        if parts.isEmpty { return nil }
        return StreamAdvice("received", "Receiving " + parts.joined(separator: "; ") + ".")
    }

    private func words(on format: VideoFormat, _ health: StreamHealth) -> String {
        var words = format.codec.name
        if format.width > 0, format.height > 0 { words += " \(format.width)×\(format.height)" }
        words += ", \(Text.whole(health.framesPerSecond)) frames/s, \(Text.rate(health.videoBitsPerSecond))"
        if let interval = health.keyframeIntervalSeconds { words += ", keyframe every \(Text.tenths(interval)) s" }
        return words
    }

    private func words(on format: AudioFormat, _ health: StreamHealth) -> String {
        var words = format.codec.name
        if format.sampleRate > 0 {
            let isWhole = format.sampleRate % 1000 == 0
            let kilohertz = Double(format.sampleRate) / 1000
            words += " \(isWhole ? Text.whole(kilohertz) : Text.tenths(kilohertz)) kHz"
        }
        switch format.channelCount {
        case ...0: break
        case 1: words += " mono"
        case 2: words += " stereo"
        case 6: words += " 5.1"
        case 8: words += " 7.1"
        default: words += " \(format.channelCount) channels"
        }
        return words + ", \(Text.rate(health.audioBitsPerSecond))"
    }

    /// Numbers as people read them.
    enum Text {
        static func whole(_ value: Double) -> String { "\(Int(max(-1e12, min(1e12, value)).rounded()))" }

        /// "2.0", for values that are not negative.
        static func tenths(_ value: Double) -> String {
            let tenths = Int((max(0, min(1e12, value)) * 10).rounded())
            return "\(tenths / 10).\(tenths % 10)"
        }

        /// "0.04", for values that are not negative.
        static func hundredths(_ value: Double) -> String {
            let hundredths = Int((max(0, min(1e12, value)) * 100).rounded())
            return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
        }

        /// "6.0 Mbit/s" or "160 kbit/s".
        static func rate(_ bitsPerSecond: Double) -> String {
            if bitsPerSecond >= 999_500 { return self.tenths(bitsPerSecond / 1e6) + " Mbit/s" }
            return self.whole(bitsPerSecond / 1e3) + " kbit/s"
        }

        static func rate(_ bitsPerSecond: Int) -> String { self.rate(Double(bitsPerSecond)) }
    }
}
