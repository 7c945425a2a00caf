/// A stream made up by numbers: real configuration records, and payloads that are random but always the same.
package struct GeneratedStream: Sendable {
    package enum Video: String, Sendable, CaseIterable {
        case avc, hevc, legacyHEVC, av1, vp9
    }

    package enum Audio: String, Sendable, CaseIterable {
        case aac, mp3, opus, ac3, eac3, flac
    }

    package var video: Video? = .avc
    package var audio: Audio? = .aac
    package var seconds = 2.0
    package var framesPerSecond = 25.0
    /// Frames from one at which decoding can begin to the next.
    package var keyframeInterval = 25
    /// Pictures are shown in another order than decoded.
    package var hasReordering = false
    package var frameByteCount = 4000
    package var keyframeByteCount = 20_000
    package var audioByteCount = 300
    /// Milliseconds at which the first tag lies.
    package var start: Int64 = 0
    package var hasMetadata = true
    package var seed: UInt64 = 1

    package init(video: Video? = .avc, audio: Audio? = .aac, seconds: Double = 2, start: Int64 = 0) {
        self.video = video
        self.audio = audio
        self.seconds = seconds
        self.start = start
    }

    /// A stream of about this many bits a second of media, with frames and keyframes in a usual proportion.
    package mutating func setBitsPerSecond(_ bits: Int) {
        let audioBits = self.audio == nil ? 0 : self.audioByteCount * 8 * 43
        let framesPerGroup = Double(max(1, self.keyframeInterval))
        let bytesPerGroup = Double(max(0, bits - audioBits)) / 8 * framesPerGroup / self.framesPerSecond
        self.frameByteCount = max(16, Int(bytesPerGroup / (framesPerGroup + 4)))
        self.keyframeByteCount = self.frameByteCount * 5
    }

    /// All units, in the order of their tags.
    package var units: [PublisherUnit] {
        var random = SplitMix(seed: self.seed)
        var units: [PublisherUnit] = []
        if let video = self.video {
            for index in 0..<Int((self.seconds * self.framesPerSecond).rounded()) {
                let isKey = index % max(1, self.keyframeInterval) == 0
                let count = isKey ? self.keyframeByteCount : self.frameByteCount
                units.append(
                    PublisherUnit(
                        isVideo: true, decodeTime: self.start + Int64(Double(index) * 1000 / self.framesPerSecond),
                        compositionOffset: self.compositionOffset(index), isRandomAccess: isKey,
                        payload: GeneratedMedia.picture(video, isKey: isKey, count: count, &random)))
            }
        }
        if let audio = self.audio {
            let interval = Double(GeneratedMedia.samplesPerUnit(audio)) * 1000 / GeneratedMedia.sampleRate(audio)
            for index in 0..<Int(self.seconds * 1000 / interval) {
                units.append(
                    PublisherUnit(
                        isVideo: false, decodeTime: self.start + Int64((Double(index) * interval).rounded()),
                        compositionOffset: 0, isRandomAccess: true,
                        payload: GeneratedMedia.sound(audio, count: self.audioByteCount, &random)))
            }
        }
        // A stable order: by time, video before audio where they are equal.
        return units.enumerated().sorted {
            ($0.element.decodeTime, $0.offset) < ($1.element.decodeTime, $1.offset)
        }.map(\.element)
    }

    /// Metadata, sequence headers and units, as tags.
    package var tags: [PublisherTag] { self.headerTags + self.units.map(self.tag) }

    package var headerTags: [PublisherTag] {
        let time = UInt32(truncatingIfNeeded: self.start)
        var tags: [PublisherTag] = []
        if self.hasMetadata { tags.append(PublisherTag(.data, timestamp: 0, payload: self.metadata)) }
        if let video = self.video {
            tags.append(PublisherTag(.video, timestamp: time, payload: PublisherTags.videoStart(video)))
        }
        if let audio = self.audio, let payload = PublisherTags.audioStart(audio) {
            tags.append(PublisherTag(.audio, timestamp: time, payload: payload))
        }
        return tags
    }

    package func tag(_ unit: PublisherUnit) -> PublisherTag {
        let time = UInt32(truncatingIfNeeded: unit.decodeTime)
        if unit.isVideo, let video = self.video {
            return PublisherTag(.video, timestamp: time, payload: PublisherTags.video(video, unit))
        }
        return PublisherTag(.audio, timestamp: time, payload: PublisherTags.audio(self.audio ?? .aac, unit.payload))
    }

    package var metadata: [UInt8] {
        var properties: [PublisherAMF.Property] = [.init("encoder", .string("a publisher of tests"))]
        if self.video != nil {
            properties += [
                .init("width", .number(320)), .init("height", .number(180)),
                .init("framerate", .number(self.framesPerSecond)), .init("videocodecid", .number(7)),
            ]
        }
        if self.audio != nil { properties.append(.init("audiocodecid", .number(10))) }
        return PublisherAMF.encoded([.string("@setDataFrame"), .string("onMetaData"), .ecmaArray(properties)])
    }

    /// Decode order I P B B P B B: the reference picture waits for the two that are shown before it.
    private func compositionOffset(_ index: Int) -> Int32 {
        guard self.hasReordering, self.video != .av1, self.video != .vp9 else { return 0 }
        let frame = 1000 / self.framesPerSecond
        let place = index % max(1, self.keyframeInterval)
        if place == 0 { return Int32(frame) }
        return place % 3 == 1 ? Int32(3 * frame) : 0
    }
}
