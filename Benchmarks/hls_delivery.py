"""CPU time per request and per byte of what every viewer asks for, beside nginx that has the same bytes as files."""

import os
import time
from dataclasses import dataclass, field

from hls_servers import SEGMENT_SECONDS, WINDOW_SEGMENT_COUNT
from http_bench import load_by_wrk
from ingest_bench import CLIENT_CORE
from ingest_load import Publisher
from support.figures import median, ratio_line

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
# The window is full by then, and playlists are as long as they will ever be.
FULL_SECONDS = SEGMENT_SECONDS * (WINDOW_SEGMENT_COUNT + 3)
BAR = 1.0


@dataclass
class Case:
    """One kind of answer; what each side cost per unit, round by round."""

    name: str
    scheme: str
    is_playlist: bool
    podo: list = field(default_factory=list)
    nginx: list = field(default_factory=list)
    byte_counts: list = field(default_factory=list)

    @property
    def unit(self):
        return "ns/request" if self.is_playlist else "ns/KiB"

    @property
    def ratios(self):
        return [ours / theirs for ours, theirs in zip(self.podo, self.nginx)]


def measure(site, podo, nginx):
    """A stream is live meanwhile, as it must be for its playlist to be hot."""
    cases = [
        Case("playlist", "http", True), Case("playlist-tls", "https", True),
        Case("segment", "http", False), Case("segment-tls", "https", False),
    ]
    publisher = Publisher(podo.url(0), site.join("delivery-publisher.log"), CLIENT_CORE)
    try:
        podo.wait_for_segment()
        time.sleep(FULL_SECONDS)
        for case in cases:
            for number in range(-1, ROUNDS):
                measure_round(case, number, site, podo, nginx)
    finally:
        publisher.stop()
    report(cases)


def measure_round(case, number, site, podo, nginx):
    """Both sides with the bytes of this moment; the round before the first is thrown away."""
    path = podo.path("main.m3u8") if case.is_playlist else podo.wait_for_segment()
    body = podo.fetch(path)
    # Under a name of its own: nginx keeps files open.
    copy = f"{case.name}-{number}"
    site.write(copy, body)
    sides = [(podo, path, case.podo), (nginx, "/" + copy, case.nginx)]
    unit_count = 1 if case.is_playlist else len(body) / 1024
    for server, path, costs in sides if number % 2 == 0 else reversed(sides):
        port = server.https_port if case.scheme == "https" else server.http_port
        before = server.cpu_nanoseconds()
        request_count = load_by_wrk(f"{case.scheme}://127.0.0.1:{port}{path}", SECONDS if number >= 0 else 1)
        if number >= 0:
            costs.append((server.cpu_nanoseconds() - before) / request_count / unit_count)
    case.byte_counts.append(len(body))


def report(cases):
    print(f"hls: server CPU time of hot answers, {ROUNDS} rounds of {SECONDS:g} s each side, while the stream is live")
    print(f"{'case':<14}{'bytes':>8}  {'unit':<12}{'podo median (min..max)':>28}{'nginx median (min..max)':>28}"
          f"{'ratio (min..max)':>24}")
    for case in cases:
        print(f"{case.name:<14}{median(case.byte_counts):>8.0f}  {case.unit:<12}{spread(case.podo, '.0f'):>28}"
              f"{spread(case.nginx, '.0f'):>28}{spread(case.ratios, '.3f'):>24}")
    for case in cases:
        print(ratio_line(f"hls-{case.name}", median(case.ratios), BAR))


def spread(values, form):
    return f"{median(values):{form}} ({min(values):{form}}..{max(values):{form}})"
