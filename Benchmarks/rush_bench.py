"""The opening of a sale: 10,000 connected members with passes of the queue buy 20,000 seats at a fixed rate, whatever
the answers take. rush_client.c is who buys; each time counts from when the request was to be sent."""

import os
import subprocess
import sys

from support import tools
from support.figures import figure_line, kibibytes, verdict
from support.servers import Podo, Site
from tickets_world import World

MEMBER_COUNT = int(os.environ.get("BENCH_RUSH_MEMBERS", "10000"))
# Members a second; each looks at the map, holds two seats and pays.
RATE = int(os.environ.get("BENCH_RUSH_RATE", "100"))
HERE = os.path.dirname(os.path.abspath(__file__))
BARS = {"map": 100, "hold": 500, "pay": 1000}
SEATS_EACH = 2


def run():
    tools.require(["cc"])
    tools.raise_descriptor_limit(MEMBER_COUNT + 2048)
    with Site() as site:
        podo = Podo(site, environment={"PODO_LOOPS": str(len(os.sched_getaffinity(0)))}).start()
        world = World(podo, site, MEMBER_COUNT)
        schedule = world.make_schedule(MEMBER_COUNT * SEATS_EACH)
        concert, grade = world.query(f"""
            UPDATE concert SET queue_enabled = true, queue_admit_per_second = 1000, queue_active_max = 100000
            WHERE id = (SELECT concert_id FROM schedule WHERE id = {schedule});
            SELECT concert_id, (SELECT id FROM grade WHERE grade.concert_id = schedule.concert_id)
            FROM schedule WHERE id = {schedule};""").split("|")
        steps, last = rush(site, world, (concert, schedule, grade))
        sold = int(world.query(f"SELECT count(*) FROM seat WHERE schedule_id = {schedule} AND state = 3;"))
        tickets = int(world.query("SELECT count(DISTINCT (schedule_id, seat_no)) FROM ticket WHERE status = 'ISSUED';"))
        broken, resident = world.broken_rules(), podo.rss_bytes()
    report(steps, last, sold, tickets, broken, resident)


def rush(site, world, show):
    """What the client says: of each step how many there were, p50, p99, the longest and refusals; and its last line."""
    program = site.join("rush_client")
    subprocess.run(["cc", "-O2", os.path.join(HERE, "rush_client.c"), "-o", program], check=True)
    done = subprocess.run(
        [program, str(world.podo.http_port), world.token_file, *map(str, show), str(MEMBER_COUNT), str(RATE)],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"rush benchmark: the client was not answered as it should be: {done.stderr[-800:]}")
    lines = done.stdout.splitlines()
    return {words[0]: [float(word) for word in words[1:]] for words in map(str.split, lines[:-1])}, lines[-1]


def report(steps, last, sold, tickets, broken, resident):
    print(f"rush: {MEMBER_COUNT} members on connections of their own, {RATE} a second; Podo and its database have "
          f"{kibibytes(resident)} in the end; the client: {last}")
    print(f"{'step':<6}{'answers':>9}{'p50 ms':>10}{'p99 ms':>10}{'longest':>10}{'sent away':>11}")
    for name, (count, middle, high, longest, refused) in steps.items():
        print(f"{name:<6}{count:>9.0f}{middle:>10.1f}{high:>10.1f}{longest:>10.1f}{refused:>11.0f}")
    for name, bar in BARS.items():
        print(figure_line(f"rush-{name}-p99", steps[name][2], "ms", bar))
    unsold = MEMBER_COUNT * SEATS_EACH - min(sold, tickets)
    print(f"FIGURE rush-unsold {unsold} seats 0 {verdict(unsold, 0)}")
    print(f"FIGURE rush-broken-rules {sum(broken.values())} rows 0 {verdict(sum(broken.values()), 0)}")
    if broken:
        sys.exit(f"rush benchmark: rules do not hold: {broken}")
