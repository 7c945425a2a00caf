package import Primitives

extension Connection {
    /// From now on the peer's bytes wait up to `interval` and a millisecond, to be read together with those of other
    /// such connections: for peers that send little and often and wait for no answer. Output leaves as before. Lasts
    /// until the end; again or after the end it does nothing. On the loop, in a callback or outside.
    ///
    /// When the kernel has no room for the second registration, the connection is read as before.
    package func gatherReads(every interval: TimeAmount) {
        guard !self.isGathered, !self.isClosed else { return }
        // A refusal costs time, not bytes: the connection is still in the loop's own set.
        self.isGathered = (try? self.loop.gather(self.descriptor, self.interest, self, interval: interval)) != nil
    }
}
