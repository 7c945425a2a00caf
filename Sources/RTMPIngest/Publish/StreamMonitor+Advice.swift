internal import MediaTypes
internal import Primitives

/// What an organizer is told, each thing once for each time that it comes to hold.
extension StreamMonitor {
    struct Notices: Sendable {
        var noKeyframe = Notice()
        var longKeyframeInterval = Notice()
        var shortKeyframeInterval = Notice()
        var noAudio = Notice()
        var noVideo = Notice()
        var apart = Notice()
        var bits = Notice()
        var frames = Notice()
        var slow = Notice()
        var fast = Notice()
        var jumps = Notice()
        var unsteady = Notice()
        var largePicture = Notice()
        /// What had been counted a second ago.
        var timelineCount = 1
        var clampedUnitCount = 0
    }

    static let keyframeTimeMax = TimeAmount.seconds(10)
    static let silenceTimeMax = TimeAmount.seconds(10)
    static let pictureSideMax = 4096
    static let pictureOtherSideMax = 2304

    private static let keyframeSetting =
        "In OBS: Settings > Output > Output Mode: Advanced > Streaming > Keyframe Interval"

    /// Called about once a second, with media or without; what it returns is said once, not every second.
    mutating func advice(now: MonotonicTime) -> [StreamAdvice] {
        guard let start = self.firstUnitTime else { return [] }
        var advice: [StreamAdvice] = []
        let health = self.health(now: now)
        if let summary = self.takeSummary(health, start: start, now: now) { advice.append(summary) }
        self.adviseOnKeyframes(&advice, now: now)
        self.adviseOnTracks(&advice, health, start: start, now: now)
        self.adviseOnCaps(&advice, health, now: now)
        self.adviseOnNetwork(&advice, health, now: now)
        self.adviseOnClock(&advice, health, now: now)
        return advice
    }

    private mutating func adviseOnKeyframes(_ advice: inout [StreamAdvice], now: MonotonicTime) {
        let isAlive = self.video.isAlive(now: now)
        if isAlive, let first = self.video.firstTime {
            let missing = now - (self.lastKeyframeTime ?? first) >= Self.keyframeTimeMax
            if self.notices.noKeyframe.update(missing, now: now) {
                advice.append(
                    StreamAdvice(
                        "no-keyframe",
                        """
                        No keyframe for 10 seconds: who begins to watch now sees no picture. \
                        \(Self.keyframeSetting): 2 s.
                        """
                    ))
            }
        }
        guard isAlive, let interval = self.keyframeInterval?.seconds else { return }
        let segment = self.segmentTime.seconds
        let isLong = interval > segment * 1.05
        if self.notices.longKeyframeInterval.update(isLong, for: .seconds(4), now: now) {
            advice.append(
                StreamAdvice(
                    "keyframe-interval-long",
                    """
                    A keyframe comes every \(Text.tenths(interval)) s, but segments are to be \(Text.tenths(segment)) \
                    s: viewers get the stream later. \(Self.keyframeSetting): \(Text.tenths(segment)) s or less; 0 \
                    (auto) is too long. If the x264 Options name keyint as well, take it out there.
                    """))
        }
        if self.notices.shortKeyframeInterval.update(interval < 0.45, for: .seconds(10), now: now) {
            advice.append(
                StreamAdvice(
                    "keyframe-interval-short",
                    """
                    A keyframe comes every \(Text.hundredths(interval)) s, which costs much of the picture's quality. \
                    \(Self.keyframeSetting): 2 s. If the x264 Options name keyint as well, take it out there.
                    """))
        }
    }

    private mutating func adviseOnTracks(
        _ advice: inout [StreamAdvice], _ health: StreamHealth, start: MonotonicTime, now: MonotonicTime
    ) {
        let videoIsAlive = self.video.isAlive(now: now)
        let audioIsAlive = self.audio.isAlive(now: now)
        let isSilent = videoIsAlive && self.audio.silence(since: start, now: now) >= Self.silenceTimeMax
        if self.notices.noAudio.update(isSilent, now: now) {
            advice.append(
                StreamAdvice(
                    "no-audio",
                    """
                    Pictures come, but no sound for 10 seconds. In OBS: look whether the Audio Mixer shows a level, \
                    and choose a device in Settings > Audio. If there is to be no sound, all is well.
                    """))
        }
        let isDark = audioIsAlive && self.video.silence(since: start, now: now) >= Self.silenceTimeMax
        if self.notices.noVideo.update(isDark, now: now) {
            advice.append(
                StreamAdvice(
                    "no-video",
                    """
                    Sound comes, but no picture for 10 seconds. In OBS: look whether the scene shows one, and whether \
                    Settings > Output > Video Encoder names an encoder that this computer has.
                    """))
        }
        let offset = health.audioOffsetSeconds ?? 0
        let isApart = videoIsAlive && audioIsAlive && abs(offset) > 2
        if self.notices.apart.update(isApart, for: .seconds(5), now: now) {
            let side = offset > 0 ? "ahead of" : "behind"
            advice.append(
                StreamAdvice(
                    "audio-video-apart",
                    """
                    The sound is \(Text.tenths(abs(offset))) s \(side) the picture. In OBS: look at Sync Offset in \
                    Audio Mixer > Advanced Audio Properties; otherwise stop and start streaming.
                    """))
        }
        guard let format = self.videoFormat else { return }
        let isLarge =
            max(format.width, format.height) > Self.pictureSideMax
            || min(format.width, format.height) > Self.pictureOtherSideMax
        if self.notices.largePicture.update(isLarge, now: now) {
            advice.append(
                StreamAdvice(
                    "picture-large",
                    """
                    The picture is \(format.width)×\(format.height), which many phones and televisions cannot show. In \
                    OBS: Settings > Video > Output (Scaled) Resolution: 1920x1080, or 3840x2160 at most.
                    """))
        }
    }

    private mutating func adviseOnCaps(
        _ advice: inout [StreamAdvice], _ health: StreamHealth, now: MonotonicTime
    ) {
        if let max = self.bitsPerSecondMax {
            let bits = health.videoBitsPerSecond &+ health.audioBitsPerSecond
            if self.notices.bits.update(bits > max, for: .seconds(1), now: now) {
                advice.append(
                    StreamAdvice(
                        "bitrate-over-cap",
                        """
                        The stream has \(Text.rate(bits)), but this key allows \(Text.rate(max)). In OBS: lower \
                        Settings > Output > Streaming > Bitrate. More than a tenth too much ends the stream.
                        """))
            }
        }
        if let max = self.framesPerSecondMax {
            // Half a frame, as a second may begin between two.
            let isOver = health.framesPerSecond > Double(max) + 0.5
            if self.notices.frames.update(isOver, for: .seconds(1), now: now) {
                advice.append(
                    StreamAdvice(
                        "frame-rate-over-cap",
                        """
                        The stream has \(Text.whole(health.framesPerSecond)) frames/s, but this key allows \(max). In \
                        OBS: lower Settings > Video > Common FPS Values. More than a tenth too much ends the stream.
                        """))
            }
        }
    }

    private mutating func adviseOnNetwork(
        _ advice: inout [StreamAdvice], _ health: StreamHealth, now: MonotonicTime
    ) {
        guard let rate = self.rate(now: now), rate.secondCount == Self.rateSecondCount else { return }
        let bits = Double(health.videoBitsPerSecond &+ health.audioBitsPerSecond)
        // A picture that stopped is said above.
        let isSlow = self.video.isAlive(now: now) && bits < self.usualBitsPerSecond * 0.4
        if self.notices.slow.update(isSlow, for: .seconds(5), now: now) {
            advice.append(
                StreamAdvice(
                    "bitrate-fell",
                    """
                    The bitrate fell from \(Text.rate(self.usualBitsPerSecond)) to \(Text.rate(bits)). If the picture \
                    is not just still, the network is too slow: use a cable, or lower Bitrate in OBS under Settings > \
                    Output.
                    """))
        }
        // Follows a rise within ten seconds and a fall within minutes.
        let share = bits > self.usualBitsPerSecond ? 4.0 : 100.0
        self.usualBitsPerSecond += (bits - self.usualBitsPerSecond) / share
        let speed = Double(rate.sum.mediaTime) / 1e9 / Double(rate.secondCount)
        if self.notices.fast.update(speed > 1.5, for: .seconds(5), now: now) {
            advice.append(
                StreamAdvice(
                    "faster-than-playing",
                    """
                    The stream comes \(Text.tenths(speed)) times as fast as it plays, so viewers cannot keep up. Send \
                    it in real time (ffmpeg: -re before -i).
                    """))
        }
    }

    private mutating func adviseOnClock(
        _ advice: inout [StreamAdvice], _ health: StreamHealth, now: MonotonicTime
    ) {
        let jumped = health.timelineCount > self.notices.timelineCount
        if self.notices.jumps.update(jumped, now: now) {
            advice.append(
                StreamAdvice(
                    "clock-jumped",
                    """
                    The clock of the stream jumped, so players had to begin anew. If this happens again, stop and \
                    start streaming, and look whether the computer's capture devices are set to Use Device Timestamps \
                    in OBS.
                    """))
        }
        let clamped = health.clampedUnitCount &- self.notices.clampedUnitCount
        if self.notices.unsteady.update(clamped > 10, for: .seconds(5), now: now) {
            advice.append(
                StreamAdvice(
                    "clock-unsteady",
                    """
                    Many times in the stream repeat or go back, so it may stutter. Stop and start streaming; with a \
                    hardware encoder, look whether it has new firmware.
                    """))
        }
        self.notices.timelineCount = health.timelineCount
        self.notices.clampedUnitCount = health.clampedUnitCount
    }
}
