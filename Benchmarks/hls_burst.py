"""Ten thousand blocked viewers of one playlist: how long after its part the last of them has its answer."""

import json
import os
import subprocess
import time

from hls_load import Fleet
from http_bench import load_by_wrk
from ingest_bench import CLIENT_CORE, LoadFailure
from support.figures import median, ratio_line
from support.servers import ROOT, SMALL_PATH, pinned

BURST = os.environ.get("BURST_BINARY", os.path.join(ROOT, ".build/release/HLSBurst"))
VIEWER_COUNT = 10_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
# Of the time in which nginx answers as many small requests (design: 2 × 10,000 × nginx's time for a small request).
BAR = 2.0


def measure(site, podo, nginx):
    """Rounds of the burst while one stream is live, between measurements of what a small request costs nginx."""
    request_costs = [request_nanoseconds(nginx)]
    with Fleet(site, podo, 1, pin=CLIENT_CORE, times=True) as fleet:
        podo.wait_for_segment()
        spent_before = podo.cpu_nanoseconds()
        rounds = burst(podo)
        spent = (podo.cpu_nanoseconds() - spent_before) / VIEWER_COUNT / len(rounds)
        fleet.finish()
    request_costs += [request_nanoseconds(nginx) for _ in range(2)]
    sent = sorted(packet.at for packet in fleet.sent())
    report(rounds, [spans(burst, sent) for burst in rounds], median(request_costs), spent)


def request_nanoseconds(nginx):
    before = nginx.cpu_nanoseconds()
    request_count = load_by_wrk(f"http://127.0.0.1:{nginx.http_port}{SMALL_PATH}", 2)
    return (nginx.cpu_nanoseconds() - before) / request_count


def burst(podo, path=None, passes=None):
    """What the viewers say of each round: when they had asked, when they were answered. With a file of passes, each has
    its own in the place of PASS."""
    arguments = [BURST, "--port", str(podo.http_port), "--path", path or podo.path("main.m3u8"),
                 "--clients", str(VIEWER_COUNT), "--rounds", str(ROUNDS)]
    if passes:
        arguments += ["--passes", passes]
    done = subprocess.run(pinned(arguments, CLIENT_CORE), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise LoadFailure(f"the viewers ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def spans(burst, sent):
    """Seconds from the packet that made the part whole, the last one sent before the first answer, to the first and
    the last answer. Those that had not all asked by then have measured something else."""
    cause = max(at for at in sent if at < burst["firstAnswered"])
    if burst["lastAsked"] > cause:
        raise LoadFailure("the part came before all viewers had asked for it")
    return [(burst[name] - cause) / 1e9 for name in ("firstAnswered", "medianAnswered", "lastAnswered")]


def report(rounds, measured, request_cost, spent, name="hls-burst"):
    allowed = VIEWER_COUNT * request_cost / 1e9
    print(f"hls: {VIEWER_COUNT} blocked viewers of one part, {len(rounds)} rounds, {rounds[-1]['bodyBytes']} bytes; "
          f"a small request costs nginx {request_cost:.0f} ns; server and viewers on a core each")
    for index, which in enumerate(("first answer", "median answer", "last answer")):
        values = [one[index] * 1000 for one in measured]
        print(f"{which:<14}{median(values):8.1f} ({min(values):.1f}..{max(values):.1f}) ms after the packet was sent")
    print(f"{'server CPU':<14}{spent:8.0f} ns for a viewer's question and answer, and all else meanwhile")
    print(ratio_line(name, median([one[-1] / allowed for one in measured]), BAR))
