internal import HLSPackager
internal import HTTPServer
internal import Primitives

extension WatchableStream {
    /// As `/statusz` shows it. What is not known, or not yet, is null.
    func write(waitingCount: Int, to writer: inout JSONWriter) {
        writer.member("stream", self.name)
        writer.member("phase", "\(self.summary.phase)")
        writer.member("renditions", self.summary.renditionCount)
        writer.member("windowSeconds", self.summary.windowTime.seconds)
        writer.member("windowBytes", self.summary.byteCount)
        writer.member("viewersWaiting", waitingCount)
        let figures = self.figures
        writer.member("lastPartAgeSeconds", figures.lastPartAt.map { (MonotonicTime.now - $0).seconds })
        writer.member("segmentSeconds", figures.lastSegmentTime?.seconds)
        writer.member("audioLeadSeconds", figures.soundLead?.seconds)
        writer.member("segments", figures.segmentCount)
        writer.member("lateKeyframes", figures.lateKeyframeCount)
        writer.member("lostSamples", figures.lostSampleCount)
        writer.member("muxerFailures", figures.muxerFailureCount)
    }
}
