"""Frames in are frames out: what was published is compared with what came out of a rendition, one by one."""

# What was sent so shortly before a publisher's or the server's sudden death may never have been read.
LOSS_SECONDS_MAX = 3.0
# A form without parts shows nothing of the segment that grows.
SEGMENT_SECONDS_MAX = 4.5


def compare(name, ledger, tracks, outcome, report, is_bare=False):
    """`tracks` tells which published track ("video", 0) became which kind of the rendition."""
    for kind, track in tracks.items():
        out = outcome.frames[kind]
        walk = Walk(f"{name} {kind}", report, out, is_bare)
        for publishing in ledger.publishings:
            walk.take(publishing, publishing.frames.get(track, []), end_of(publishing, ledger))
        walk.end()


def end_of(publishing, ledger):
    """When the last of it was to be seen."""
    begun = min((f[0].sent for f in publishing.frames.values()), default=0)
    told = [when for when in ledger.going_down if begun <= when <= (publishing.ended_at or when)]
    return min(told) if told and publishing.ended == "server" else publishing.ended_at


class Walk:
    def __init__(self, name, report, out, is_bare):
        self.name, self.report, self.out, self.is_bare = name, report, out, is_bare
        self.index = 0

    def take(self, publishing, frames, end):
        """A publishing's frames come out in order, all of them, or all up to a place near its sudden end."""
        for position, frame in enumerate(frames):
            stamp, crc = self.out[self.index] if self.index < len(self.out) else (None, None)
            if stamp != frame.stamp:
                self.miss(publishing, frames, position, stamp, end)
                return
            wanted = frame.bare_crc if self.is_bare else frame.crc
            self.report.expect(crc == wanted, self.name, "M-4", f"frame {stamp} came out changed")
            self.report.count("frames compared")
            self.index += 1

    def miss(self, publishing, frames, position, stamp, end):
        rest = frames[position:]
        lost_seconds = (end or rest[-1].sent) - rest[0].sent
        if publishing.is_lossy and lost_seconds <= LOSS_SECONDS_MAX + (SEGMENT_SECONDS_MAX if self.is_bare else 0):
            self.report.count("frames lost with a connection", len(rest))
            return
        self.report.add(self.name, "M-4", f"publishing {publishing.number} ({publishing.ended or 'going on'}) lost "
                        f"frame {position} of {len(frames)}, {lost_seconds:.2f} s before its end; {stamp} came instead")
        # Goes on with the next frame that did come out, so that one hole is told of once.
        known = {stamp for stamp, _ in self.out[self.index:self.index + 5000]}
        following = next((at for at in range(position, len(frames)) if frames[at].stamp in known), None)
        if following is None:
            return
        while self.out[self.index][0] != frames[following].stamp:
            self.index += 1
        self.take(publishing, frames[following:], end)

    def end(self):
        rest = len(self.out) - self.index
        self.report.expect(rest == 0, self.name, "M-4", f"{rest} frames came out that nobody published there, the "
                           f"first {self.out[self.index:self.index + 1]}")
