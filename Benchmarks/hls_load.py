"""The load of the HLS benchmark: publishers in one process that keep the clip's own time, and blocked viewers."""

import json
import os
from dataclasses import dataclass

from ingest_bench import LoadFailure, PodoIngest
from ingest_load import CLIP_PATH, CLIP_SECONDS, packets_per_second
from support.process import Process
from support.servers import ROOT, pinned

PUBLISH = os.environ.get("PUBLISH_BINARY", os.path.join(ROOT, ".build/release/RTMPPublish"))
# Publishers that were held up by the server, or by other programs, sent something else than was meant to be measured.
LATENESS_SECONDS_MAX = 1.5


@dataclass
class Sent:
    """A packet that was published: whose, what, when it was due, when its last byte was given to the kernel."""

    stream: int
    kind: str
    due: float
    at: int


class Fleet(Process):
    """Publishers that send the clip once, in its own time; the kernel's time of each packet on request."""

    def __init__(self, site, server, count, pin=None, times=False):
        self.count = count
        self.times_path = site.join("sent-times") if times else None
        key = server.key("%d") if isinstance(server, PodoIngest) else "s%d"
        super().__init__(
            pinned([PUBLISH, "--port", str(server.rtmp_port), "--key", key, "--count", str(count), "--flv", CLIP_PATH,
                    *(["--times", self.times_path] if times else [])], pin), site.join("fleet.log"))

    @property
    def packet_count(self):
        return round(packets_per_second() * CLIP_SECONDS) * self.count

    def finish(self):
        """Waits for the end; all of them must have sent everything, and in time."""
        status = self.wait(CLIP_SECONDS + 20)
        said = self.log_tail(3)
        if status != 0:
            raise LoadFailure(f"the publishers ended with {status}: {said}")
        seconds = json.loads(said)["seconds"]
        if seconds > CLIP_SECONDS + LATENESS_SECONDS_MAX:
            raise LoadFailure(f"the publishers took {seconds:.1f} s for {CLIP_SECONDS} s of media")

    def sent(self):
        with open(self.times_path) as file:
            rows = map(str.split, file)
            return [Sent(int(stream), kind, int(due) / 1000, int(at)) for stream, kind, due, at in rows]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()
