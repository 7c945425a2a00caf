internal import HLSPackager
internal import HTTPServer
internal import Primitives

extension WatchableStream {
    /// As `/statusz` shows it. What is not known, or not yet, is left out.
    func write(waitingCount: Int, to writer: inout JSONWriter) {
        writer.member("stream", self.name)
        writer.member("phase", "\(self.summary.phase)")
        writer.member("renditions", self.summary.renditionCount)
        writer.member("windowSeconds", self.summary.windowTime.seconds)
        writer.member("windowBytes", self.summary.byteCount)
        writer.member("viewersWaiting", waitingCount)
        let figures = self.figures
        if let lastPartAt = figures.lastPartAt {
            writer.member("lastPartAgeSeconds", (MonotonicTime.now - lastPartAt).seconds)
        }
        if let time = figures.lastSegmentTime { writer.member("segmentSeconds", time.seconds) }
        if let lead = figures.soundLead { writer.member("audioLeadSeconds", lead.seconds) }
        writer.member("segments", figures.segmentCount)
        writer.member("lateKeyframes", figures.lateKeyframeCount)
        writer.member("lostSamples", figures.lostSampleCount)
        writer.member("muxerFailures", figures.muxerFailureCount)
    }
}
