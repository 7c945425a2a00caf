"""Seats a second: reservations through the API against the same transaction by pgbench, whole purchases, and a house of
50,000 seats held; all on the database that Podo starts, alternating in one run."""

import os
import re
import subprocess
import sys
import time

from support import tools
from support.api import Api
from support.figures import median, rate_line, verdict
from support.servers import Podo, Site
from tickets_peers import Pgbench, RedisLocks
from tickets_world import FIRST_MEMBER, World

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
HERE = os.path.dirname(os.path.abspath(__file__))
# As many as Podo keeps verified tokens of, so that none is a signature to verify; each may ask ten times at once.
MEMBER_COUNT = 5_000
CONNECTION_COUNT = 64
# More than can be sold in the time, and no more than all members may ask for at once.
SEATS_PER_SECOND_MAX = 16_000
# After as many, each may ask ten times at once again (`MemberBudgets`).
REST_SECONDS = 10
RESERVE_BAR, PURCHASE_BAR, FILL_SECONDS_BAR = 3.0, 700, 15
FILL_SEAT_COUNT, FILL_CONNECTION_COUNT = 50_000, 256


def run():
    tools.require(["wrk", "cc"])
    tools.raise_descriptor_limit(4096)
    with Site() as site:
        podo = Podo(site, environment={"PODO_LOOPS": str(len(os.sched_getaffinity(0)))}).start()
        world = World(podo, site, MEMBER_COUNT)
        client = Client(world)
        client.run("look", 0, MEMBER_COUNT, seconds=60)
        sides = make_sides(world, site, client)
        rates = measure(world, sides)
        purchases = measure_purchases(world, client)
        fill = measure_fill(world, client)
        broken = world.broken_rules()
    report(rates, purchases, fill, broken)


class Client:
    """wrk with tickets.lua, which sends each request as another member and counts what it is answered."""

    def __init__(self, world):
        self.world = world

    def run(self, work, schedule, seat_count, seconds, connection_count=CONNECTION_COUNT):
        """How many were done, and in how many seconds."""
        port = self.world.podo.http_port
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connection_count}", f"-d{seconds + 30}s", "-s", os.path.join(HERE, "tickets.lua"),
             f"http://127.0.0.1:{port}", "--", self.world.token_file, str(schedule), "0", str(seat_count), work,
             str(seconds)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        found = re.search(r"^done (\d+) failed (\d+) held \d+ seconds ([0-9.]+) first", done.stdout, re.MULTILINE)
        if found is None or found[2] != "0":
            sys.exit(f"tickets benchmark: wrk was not answered as it should be: {done.stdout[-800:]}")
        return int(found[1]), float(found[3])


def make_sides(world, site, client):
    """What takes seats of a schedule for some seconds, by name, and how many a second it took."""

    def ours(schedule):
        count, seconds = client.run("hold", schedule, SECONDS * SEATS_PER_SECOND_MAX, SECONDS)
        return count / seconds

    peers = {name: Pgbench(world, site, name, FIRST_MEMBER) for name in ("pessimistic", "optimistic")}
    if RedisLocks.is_installed():
        peers["redis-lock"] = RedisLocks(world, site, FIRST_MEMBER)
    sides = {"podo": ours}
    for name, peer in peers.items():
        sides[name] = lambda schedule, peer=peer: peer.rate(schedule, CONNECTION_COUNT, SECONDS)
    return sides


def measure(world, sides):
    """Rates of each side, round by round, each on seats that nobody has touched; who comes first alternates."""
    rates = {name: [] for name in sides}
    for number in range(ROUNDS):
        order = list(sides.items())
        for name, take in order if number % 2 == 0 else reversed(order):
            schedule = world.make_schedule(SECONDS * SEATS_PER_SECOND_MAX)
            # Somebody looks at the seats, as everywhere.
            see_map(world, schedule)
            rates[name].append(take(schedule))
        # Who was last in this round is first in the next.
        time.sleep(REST_SECONDS)
    return rates


def see_map(world, schedule):
    answer = Api(world.podo.http_port).get(f"/api/v1/schedule/{schedule}/seat")
    if answer.status != 200:
        sys.exit(f"tickets benchmark: seats: {answer.status} {answer.body[:200]!r}")


def measure_purchases(world, client):
    """Purchases a second, round by round: a seat is held, then paid for."""
    rates = []
    for _ in range(ROUNDS):
        schedule = world.make_schedule(SECONDS * SEATS_PER_SECOND_MAX)
        count, seconds = client.run("buy", schedule, SECONDS * SEATS_PER_SECOND_MAX, SECONDS)
        rates.append(count / seconds)
    return rates


def measure_fill(world, client):
    """Seconds until every seat of a large house is held."""
    schedule = world.make_schedule(FILL_SEAT_COUNT)
    see_map(world, schedule)
    _, seconds = client.run("hold", schedule, FILL_SEAT_COUNT, 120, FILL_CONNECTION_COUNT)
    held = world.held_count(schedule)
    if held != FILL_SEAT_COUNT:
        sys.exit(f"tickets benchmark: {held} of {FILL_SEAT_COUNT} seats are held")
    return seconds


def report(rates, purchases, fill, broken):
    print(f"tickets: one-seat reservations a second, {ROUNDS} rounds of {SECONDS} s, {CONNECTION_COUNT} at once")
    print(f"{'side':<14}{'median (min..max)':>24}{'podo/side':>12}")
    for name, values in rates.items():
        spread = f"{median(values):.0f} ({min(values):.0f}..{max(values):.0f})"
        print(f"{name:<14}{spread:>24}{median(ratios(rates, name)):>12.2f}")
    if "redis-lock" not in rates:
        print("redis-lock: not measured, redis-server is not installed (Debian package redis-server)")
    print(rate_line("tickets-reserve", median(ratios(rates, "pessimistic")), RESERVE_BAR))
    print(f"FIGURE tickets-purchases {median(purchases):.0f} /s >={PURCHASE_BAR} "
          f"{'ok' if median(purchases) >= PURCHASE_BAR else 'short'}")
    print(f"FIGURE tickets-fill-50000 {fill:.1f} s {FILL_SECONDS_BAR} {verdict(fill, FILL_SECONDS_BAR)}")
    print(f"FIGURE tickets-broken-rules {sum(broken.values())} rows 0 {verdict(sum(broken.values()), 0)}")
    if broken:
        sys.exit(f"tickets benchmark: rules do not hold: {broken}")


def ratios(rates, name):
    return [ours / theirs for ours, theirs in zip(rates["podo"], rates[name])]
