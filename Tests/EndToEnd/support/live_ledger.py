"""What was published, frame by frame, and when: the side that is compared with what came out."""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class Sent:
    """A frame. `due` is when it would have been sent had nothing delayed it, on the monotonic clock."""
    stamp: str
    crc: int
    # Of the NAL units alone, as every container keeps them; of sound it is the same as `crc`.
    bare_crc: int
    is_key: bool
    due: float
    sent: float


@dataclass
class Publishing:
    """From one connection's publish to its end. What was sent shortly before a `lossy` end may not have been read."""
    number: int
    # By kind and number of the track: ("video", 0).
    frames: dict = field(default_factory=dict)
    ended: str = ""
    ended_at: float = None

    @property
    def is_lossy(self):
        return self.ended in ("reset", "server")


class Ledger:
    """All publishings of one stream, and when they were anything but steady."""

    def __init__(self):
        self.lock = threading.Lock()
        self.publishings = []
        self.disturbances = []
        self.open_disturbance = None
        self.sent = {}
        # When the server was killed.
        self.going_down = []
        # Until when dates are not what they should be, because a clock has leapt within its timeline.
        self.dates_settle_at = 0.0

    def begin(self):
        with self.lock:
            publishing = Publishing(len(self.publishings))
            self.publishings.append(publishing)
            return publishing

    def add(self, publishing, track, sent):
        with self.lock:
            publishing.frames.setdefault(track, []).append(sent)
            self.sent[sent.stamp] = sent

    def frame(self, stamp):
        with self.lock:
            return self.sent.get(stamp)

    def disturb(self):
        """From now on nothing can be expected to come in time."""
        with self.lock:
            if self.open_disturbance is None:
                self.open_disturbance = time.monotonic()

    def settle(self, after=0.0):
        with self.lock:
            if self.open_disturbance is not None:
                self.disturbances.append((self.open_disturbance, time.monotonic() + after))
                self.open_disturbance = None

    def is_steady(self, since, until):
        with self.lock:
            if self.open_disturbance is not None and self.open_disturbance < until:
                return False
            return all(end < since or start > until for start, end in self.disturbances)

    def frame_count(self):
        with self.lock:
            return sum(len(frames) for each in self.publishings for frames in each.frames.values())
