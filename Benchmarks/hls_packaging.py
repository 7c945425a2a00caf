"""CPU time from RTMP to HLS, for a second of stream: Podo, as CMAF alone and with MPEG-TS beside it, and nginx-rtmp."""

import os

import ingest_bench
from ingest_bench import PUBLISHER_COUNT, SECONDS
from support.figures import median, ratio_line

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
# By then every stream lets go of a segment for each that it makes, as it will from then on: six are listed, and each is
# kept for as long again and two segments more.
SETTLE_SECONDS = 30
WINDOW_SEGMENT_COUNT = 6
FRAGMENTS_BAR, BOTH_BAR = 0.5, 0.8


def measure(site, fragments, both, peer):
    """All in turn, in another order every round; what each cost."""
    costs = {server: [] for server in (fragments, both, peer)}
    for number in range(ROUNDS):
        order = [fragments, both, peer]
        for server in order[number % 3:] + order[:number % 3]:
            costs[server].append(cost(site, server))
    report(costs[fragments], costs[both], costs[peer])


def cost(site, server):
    return ingest_bench.cost(site, server, SETTLE_SECONDS, check=server.expect_segments)


def report(fragments, both, peer):
    print(f"hls: server CPU time from RTMP to HLS in memory, {ROUNDS} rounds of {SECONDS:g} s each, "
          f"{PUBLISHER_COUNT} publishers; every packet came out as an access unit")
    print(f"{'case':<14}{'unit':<14}{'podo median (min..max)':>28}{'nginx median (min..max)':>28}"
          f"{'ratio (min..max)':>24}")
    for name, ours, bar in (("cmaf", fragments, FRAGMENTS_BAR), ("cmaf-and-ts", both, BOTH_BAR)):
        ratios = [mine / other for mine, other in zip(ours, peer)]
        print(f"{name:<14}{'us/stream-s':<14}{spread(ours, '.0f'):>28}{spread(peer, '.0f'):>28}"
              f"{spread(ratios, '.3f'):>24}")
        print(ratio_line(f"hls-{name}", median(ratios), bar))


def spread(values, form):
    return f"{median(values):{form}} ({min(values):{form}}..{max(values):{form}})"
