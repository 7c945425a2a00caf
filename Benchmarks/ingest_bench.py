"""CPU time per second of stream: Podo with one loop against nginx-rtmp with one worker, alternating in one run."""

import os
import re
import subprocess
import sys
import time

from ingest_load import RTMP_MODULE, NginxRTMP, Publishers, packets_per_second, prepare_clip
from ingest_recorder import RECORDED_SECONDS, record
from support import tools
from support.figures import figure_line, median, ratio_line
from support.servers import ROOT, Podo, Site

PUBLISHER_COUNT = 40
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "4"))
SECONDS = float(os.environ.get("BENCH_INGEST_SECONDS", "10"))
SETTLE_SECONDS = 2
SERVER_CORE, CLIENT_CORE = 0, 1
RATIO_BAR = 0.8
# A fifth of what the kernel takes for the same second of stream at its least: the code must not be what is seen.
PARSE_MICROSECONDS_BAR = 100
PARSE = os.environ.get("PARSE_BINARY", os.path.join(ROOT, ".build/release/IngestParse"))
UNITS_METRIC, ENDS_METRIC = "podo_rtmp_access_units_total", "podo_rtmp_publish_ends_total"
# ffmpeg closes without reading the last answers. If one has come, its kernel resets the connection and throws away
# what it was still holding back (Nagle): a few packets of what ffmpeg counts as sent never leave its machine.
UNSENT_PACKETS_PER_RESET_MAX = 4


class LoadFailure(Exception):
    """Not everything that was published came out: the numbers would mean nothing."""


class PodoIngest(Podo):
    """`podo serve` with a stream and its key for each publisher."""

    def __init__(self, site, name="podo", pin=None, environment=()):
        keys = ",".join(f"s{number}={self.key(number)}" for number in range(PUBLISHER_COUNT))
        super().__init__(site, name=name, pin=pin, environment={"PODO_STREAM_KEYS": keys} | dict(environment))

    def key(self, number):
        return f"benchmark-key-of-stream-{number}"

    def url(self, number):
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/{self.key(number)}"

    def unit_count(self):
        return int(self.metric(UNITS_METRIC) or 0)

    def reset_count(self):
        """How many publishes ended by a reset rather than by the publisher's word."""
        return int(self.metric(ENDS_METRIC, reason="peer-gone") or 0)


def run():
    tools.require(["ffmpeg", "ffprobe", "nginx", "openssl", "taskset"])
    tools.require_file(RTMP_MODULE, "libnginx-mod-rtmp")
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("the ingest benchmark needs two cores: one for the server, one for the publishers")
    prepare_clip()
    ours, theirs = [], []
    try:
        with Site() as site:
            podo, nginx = PodoIngest(site, pin=SERVER_CORE).start(), NginxRTMP(site, pin=SERVER_CORE).start()
            for number in range(ROUNDS):
                order = [(podo, ours), (nginx, theirs)]
                for server, costs in order if number % 2 == 0 else reversed(order):
                    costs.append(cost(site, server))
            recording = site.join("recording")
            sent_packet_count = record(podo, recording, site)
            parse_microseconds = parse(recording, sent_packet_count)
    except LoadFailure as failure:
        sys.exit(f"ingest benchmark: {failure}")
    report(ours, theirs, parse_microseconds)


def cost(site, server, settle_seconds=SETTLE_SECONDS, check=lambda: None):
    """CPU time of the server per second of one stream, in microseconds, while all of them are sent.

    `check` is called when the time is over and the streams are still there.
    """
    before = (server.unit_count(), server.reset_count()) if isinstance(server, PodoIngest) else None
    with Publishers(site, [server.url(number) for number in range(PUBLISHER_COUNT)], CLIENT_CORE) as publishers:
        time.sleep(settle_seconds)
        begin, spent_before = time.monotonic(), server.cpu_nanoseconds()
        time.sleep(SECONDS)
        spent, seconds = server.cpu_nanoseconds() - spent_before, time.monotonic() - begin
        if publishers.dead:
            raise LoadFailure(f"a publisher ended before its time:\n{publishers.dead[0].log_tail()}")
        check()
        sent = publishers.sent_packet_counts()
    expect_rate(sent, SECONDS, type(server).__name__)
    if before:
        expect_units(server, *before, sum(sent))
    return spent / 1000 / seconds / PUBLISHER_COUNT


def expect_rate(sent, seconds, name):
    """Each publisher kept the stream's own speed: a server that holds them up would look cheap.

    The time for settling is what ffmpeg needs to begin.
    """
    at_least = packets_per_second() * seconds
    slow = [count for count in sent if count is None or count < at_least]
    if slow:
        raise LoadFailure(f"{name}: {len(slow)} publishers sent {slow[:5]} packets, not {at_least:.0f} or more")


def expect_units(podo, units_before, resets_before, sent_packet_count):
    """Every packet of every publisher has come out as one access unit, but for what a reset kept from leaving."""
    deadline = time.monotonic() + 5
    while True:
        unsent_count_max = UNSENT_PACKETS_PER_RESET_MAX * (podo.reset_count() - resets_before)
        missing_count = sent_packet_count - (podo.unit_count() - units_before)
        if 0 <= missing_count <= unsent_count_max:
            return
        if time.monotonic() > deadline:
            raise LoadFailure(f"of {sent_packet_count} packets {missing_count} did not come out as access units")
        time.sleep(0.1)


def parse(recording, sent_packet_count):
    """CPU time of reading a recording, per second of stream, in microseconds."""
    if not os.access(PARSE, os.X_OK):
        raise SystemExit(f"no executable {PARSE}: run `make bench BENCH=ingest`, which builds it")
    arguments = ["taskset", "-c", str(SERVER_CORE), PARSE, recording, str(RECORDED_SECONDS)]
    said = subprocess.run(arguments, stdout=subprocess.PIPE, check=True, text=True).stdout
    unit_count, nanoseconds = map(int, re.search(r"units (\d+) nanoseconds (\d+)", said).groups())
    if unit_count != sent_packet_count:
        raise LoadFailure(f"{unit_count} access units were parsed of {sent_packet_count} recorded packets")
    return nanoseconds / 1000


def report(ours, theirs, parse_microseconds):
    ratios = [mine / other for mine, other in zip(ours, theirs)]
    print(f"ingest: server CPU time, {ROUNDS} rounds of {SECONDS:g} s each side, {PUBLISHER_COUNT} publishers; "
          "every packet came out as an access unit")
    print(f"{'case':<10}{'unit':<14}{'podo median (min..max)':>28}{'nginx median (min..max)':>28}"
          f"{'ratio (min..max)':>24}")
    print(f"{'rtmp':<10}{'us/stream-s':<14}{spread(ours, '.0f'):>28}{spread(theirs, '.0f'):>28}"
          f"{spread(ratios, '.3f'):>24}")
    print(ratio_line("ingest-rtmp", median(ratios), RATIO_BAR))
    print(figure_line("ingest-parse", parse_microseconds, "us/stream-s", PARSE_MICROSECONDS_BAR))


def spread(values, form):
    return f"{median(values):{form}} ({min(values):{form}}..{max(values):{form}})"
