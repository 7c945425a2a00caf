"""What it costs to let in only those who have a ticket: signed playlists and segments beside nginx that has the same
bytes for everybody, the check alone, and ten thousand tickets that watch with low latency."""

import base64
import hashlib
import hmac
import os
import re
import struct
import subprocess
import sys
import threading
import time

import hls_burst
import hls_load
import http_bench
import ingest_bench
from hls_delivery import FULL_SECONDS, ROUNDS, SECONDS, spread
from hls_servers import PodoHLS
from http_bench import CONNECTION_COUNT, client
from ingest_bench import CLIENT_CORE, SERVER_CORE, LoadFailure
from ingest_load import RTMP_MODULE, Publisher, prepare_clip
from support import tools
from support.figures import figure_line, median, ratio_line
from support.house import House, answered
from support.servers import ROOT, Nginx, Site

COST = os.environ.get("PLAYBACK_COST_BINARY", os.path.join(ROOT, ".build/release/PlaybackCost"))
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "playback.lua")
VIEWER_COUNT = hls_burst.VIEWER_COUNT
# `BENCH_PLAYBACK=check,burst` runs some of them.
PARTS = ("check", "delivery", "burst")
FIRST_NANOSECONDS_MAX, REPEATED_NANOSECONDS_MAX = 1000, 50
VIEWER_BYTES_MAX = 16 * 1024


class PodoGated(PodoHLS):
    """Podo with its gate shut and a performance that has begun; passes are made as Podo makes them."""

    def __init__(self, site, pin=None):
        super().__init__(site, pin=pin, environment={"PODO_OPEN_GATE": "false"})
        self.pass_of_first = self.schedule = self.stream_key = None

    def key(self, number):
        """Of the performance, when there is one: the first stream."""
        return getattr(self, "stream_key", None) or super().key(number)

    def start(self):
        super().start()
        house = House(self)
        self.schedule = house.schedule
        made = answered("stream key", house.api.post(
            f"/api/v1/schedule/{self.schedule}/stream-key", None, house.seller), 201)
        self.stream_key = made["streamKey"]
        with open(os.path.join(self.data_directory, "secret"), encoding="ascii") as secret:
            number, digits = secret.readline().split()
        extracted = hmac.digest(b"podo", bytes.fromhex(digits), "sha256")
        self.signing_key = hmac.digest(extracted, b"playback\x01", "sha256")
        self.key_id = int(number)
        self.pass_of_first = self.new_pass(VIEWER_COUNT * 1000)
        return self

    def new_pass(self, ticket):
        """Design §6: version, key id, ticket, performance, session, end, and a code over all of these."""
        session = int.from_bytes(os.urandom(4), "big") >> 1 << 32 | 1
        end = int(time.time()) + 24 * 3600
        body = struct.pack(">BBQQQ", 1, self.key_id, ticket, self.schedule, session) + end.to_bytes(6, "big")
        code = hmac.digest(self.signing_key, body, "sha256")[:16]
        return base64.urlsafe_b64encode(body + code).decode()

    def path(self, name, number=0):
        return f"/p/{self.pass_of_first}/{name}"


def run():
    tools.require(["ffmpeg", "ffprobe", "nginx", "openssl", "taskset", "wrk"])
    tools.require_file(RTMP_MODULE, "libnginx-mod-rtmp")
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("the playback benchmark needs two cores: one for the server, one for publishers and viewers")
    tools.raise_descriptor_limit(VIEWER_COUNT + 1000)
    for binary in (COST, hls_burst.BURST, hls_load.PUBLISH):
        if not os.access(binary, os.X_OK):
            sys.exit(f"no executable {binary}: run `make bench BENCH=playback`, which builds it")
    prepare_clip()
    try:
        for part in os.environ.get("BENCH_PLAYBACK", ",".join(PARTS)).split(","):
            measure(part)
    except (http_bench.LoadFailure, ingest_bench.LoadFailure) as failure:
        sys.exit(f"playback benchmark: {failure}")


def measure(part):
    if part == "check":
        return check()
    with Site() as site:
        podo, nginx = PodoGated(site, pin=SERVER_CORE).start(), Nginx(site, pin=SERVER_CORE).start()
        passes = site.join("passes")
        with open(passes, "w", encoding="ascii") as file:
            file.writelines(podo.new_pass(ticket + 1) + "\n" for ticket in range(VIEWER_COUNT))
        if part == "delivery":
            delivery(site, podo, nginx, passes)
        elif part == "burst":
            burst(site, podo, nginx, passes)
        else:
            sys.exit(f"no part {part} of the playback benchmark; there are: {' '.join(PARTS)}")


def check():
    done = subprocess.run(["taskset", "-c", str(SERVER_CORE), COST], stdout=subprocess.PIPE, text=True, check=True)
    print("playback: CPU time of the gate's answer, without a request around it")
    print(done.stdout, end="")
    costs = {name: int(cost) for name, cost in re.findall(r"^(.*) (\d+) ns$", done.stdout, re.MULTILINE)}
    print(figure_line("playback-check-first", costs["first"], "ns", FIRST_NANOSECONDS_MAX))
    print(figure_line(
        "playback-check-repeated", costs["repeated, one viewer"], "ns", REPEATED_NANOSECONDS_MAX))
    print(figure_line(
        "playback-check-repeated-many", costs["repeated, 10000 viewers"], "ns", REPEATED_NANOSECONDS_MAX))
    refusals = [cost for name, cost in costs.items() if name.startswith("refused")]
    print(ratio_line("playback-refusals-slowest-to-fastest", max(refusals) / min(refusals), 2.0))


def delivery(site, podo, nginx, passes):
    """Every request with the pass of another of ten thousand viewers, as at a show; nginx asks nobody for anything."""
    results = {"playlist": ([], [], []), "segment": ([], [], [])}
    publisher = Publisher(podo.url(0), site.join("playback-publisher.log"), CLIENT_CORE)
    try:
        podo.wait_for_segment()
        time.sleep(FULL_SECONDS)
        for kind, (ours, theirs, sizes) in results.items():
            for number in range(-1, ROUNDS):
                delivery_round(site, podo, nginx, passes, kind, number, (ours, theirs, sizes))
    finally:
        publisher.stop()
    print(f"playback: server CPU time of signed answers to {VIEWER_COUNT} viewers, {ROUNDS} rounds of {SECONDS:g} s each "
          "side, while the stream is live")
    for kind, (ours, theirs, sizes) in results.items():
        ratios = [our / their for our, their in zip(ours, theirs)]
        print(f"{kind:<10}{median(sizes):>8.0f} bytes  podo {spread(ours, '.0f')}  nginx {spread(theirs, '.0f')} "
              f"ns/request  ratio {spread(ratios, '.3f')}")
    for kind, (ours, theirs, _) in results.items():
        print(ratio_line(f"playback-{kind}", median([our / their for our, their in zip(ours, theirs)]), 1.0))


def delivery_round(site, podo, nginx, passes, kind, number, costs):
    """Both sides with the bytes of this moment; the round before the first is thrown away."""
    path = podo.path("main.m3u8") if kind == "playlist" else podo.wait_for_segment()
    body = podo.fetch(path)
    # Under a name of its own: nginx keeps files open. As long as the pass, so that both read as much.
    copy = f"{kind}-{number}-" + hashlib.sha256(path.encode()).hexdigest()
    site.write(copy, body)
    path = path.replace(podo.pass_of_first, "PASS")
    sides = [(podo, path, costs[0]), (nginx, f"/{copy}?PASS", costs[1])]
    for server, path, spent in sides if number % 2 == 0 else reversed(sides):
        before = server.cpu_nanoseconds()
        request_count = load(server, path, passes, SECONDS if number >= 0 else 1)
        if number >= 0:
            spent.append((server.cpu_nanoseconds() - before) / request_count)
    costs[2].append(len(body))


def load(server, path, passes, seconds):
    output = client([
        "wrk", "-t1", f"-c{CONNECTION_COUNT}", f"-d{max(seconds, 1):.0f}s", "-s", SCRIPT,
        f"http://127.0.0.1:{server.http_port}", "--", path, passes])
    if "Non-2xx" in output or "Socket errors" in output:
        raise LoadFailure(f"wrk saw errors at {path}:\n{output}")
    return int(re.search(r"(\d+) requests in", output)[1])


class Peak(threading.Thread):
    """The most memory that a server had from now until `stop`, looked at ten times a second."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.bytes, self.is_over = server, 0, threading.Event()
        self.start()

    def run(self):
        while not self.is_over.wait(0.1):
            self.bytes = max(self.bytes, self.server.rss_bytes())

    def stop(self):
        self.is_over.set()
        self.join()
        return self.bytes


def burst(site, podo, nginx, passes):
    """The burst of the hls benchmark, where each viewer has a ticket of his own."""
    request_costs = [hls_burst.request_nanoseconds(nginx)]
    with hls_load.Fleet(site, podo, 1, pin=CLIENT_CORE, times=True) as fleet:
        podo.wait_for_segment()
        idle = podo.rss_bytes()
        spent_before = podo.cpu_nanoseconds()
        peak = Peak(podo)
        rounds = hls_burst.burst(podo, "/p/PASS/main.m3u8", passes)
        grown = peak.stop() - idle
        spent = (podo.cpu_nanoseconds() - spent_before) / VIEWER_COUNT / len(rounds)
        fleet.finish()
    request_costs += [hls_burst.request_nanoseconds(nginx) for _ in range(2)]
    sent = sorted(packet.at for packet in fleet.sent())
    hls_burst.report(
        rounds, [hls_burst.spans(one, sent) for one in rounds], median(request_costs), spent, name="playback-burst")
    print(figure_line("playback-viewer-rss", grown / VIEWER_COUNT, "bytes", VIEWER_BYTES_MAX))
