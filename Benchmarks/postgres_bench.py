"""Statements a second through Podo's client against pgbench, on one cluster, alternating in one run."""

import json
import os
import re
import shutil
import subprocess
import sys

from support.figures import median, rate_line
from support.servers import ROOT

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
LOAD = os.environ.get("POSTGRES_LOAD_BINARY", os.path.join(ROOT, ".build/release/PostgresLoad"))
KEEPER = os.path.join(ROOT, "Tests/EndToEnd/support/cluster_keeper.py")
IN_FLIGHT = (1, 8, 64)
RATE_BAR = 1.0
# A database that keeps what it acknowledges, unlike that of unit tests.
SETTINGS = ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=256MB"]
# Podo's own default, `database-connections`, shared by its loops; opened only as they are of use.
CONNECTIONS = 64
SCRIPTS = {
    "read": "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;",
    "commit": "INSERT INTO pgbench_history (tid, bid, aid, delta) VALUES (1, 1, :aid, 1);",
}


class Cluster:
    """A server of its own with the tables of pgbench; gone at the end."""

    def __enter__(self):
        self.keeper = subprocess.Popen(
            [sys.executable, KEEPER, *SETTINGS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        state = json.loads(self.keeper.stdout.readline())
        if "error" in state:
            sys.exit(f"postgres benchmark: {state['error']}")
        self.directory, self.binaries = state["directory"], state["binaries"]
        self.url = f"postgresql://podo@/postgres?host={self.directory}"
        self.pgbench("-i", "-q")
        for name, statement in SCRIPTS.items():
            with open(self.script(name), "w", encoding="utf-8") as script:
                script.write(f"\\set aid random(1, 100000)\n{statement}\n")
        return self

    def __exit__(self, *_):
        self.keeper.stdin.close()
        self.keeper.wait()

    def script(self, name):
        return os.path.join(self.directory, f"{name}.sql")

    def pgbench(self, *arguments):
        program = os.path.join(self.binaries, "pgbench")
        done = subprocess.run(
            [program, "-h", self.directory, "-U", "podo", *arguments, "postgres"], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"postgres benchmark: pgbench failed: {done.stdout[-500:]}")
        return done.stdout


def run():
    if not os.path.exists(LOAD):
        sys.exit(f"postgres benchmark: {LOAD} is missing; `make bench BENCH=postgres` builds it")
    if shutil.which("initdb") is None and not os.path.isdir("/usr/lib/postgresql"):
        sys.exit("missing Debian packages: postgresql-15; `make setup` installs them")
    lines = []
    with Cluster() as cluster:
        loops = len(os.sched_getaffinity(0))
        for kind in SCRIPTS:
            for in_flight in IN_FLIGHT:
                places = (loops, max(2, CONNECTIONS // loops))
                lines.append(compare(cluster, f"postgres-{kind}-{in_flight}", kind, in_flight, in_flight, places))
            # All over one connection, against one connection that waits for each answer.
            lines.append(compare(cluster, f"postgres-{kind}-pipelined-64", kind, 64, 1, (1, 1)))
    for line in lines:
        print(line)


def compare(cluster, name, kind, in_flight, client_count, places):
    """The median of the rounds' ratios; what comes first alternates."""
    ratios, ours, theirs = [], [], []
    for number in range(ROUNDS):
        steps = [lambda: ours.append(our_rate(cluster, kind, in_flight, places)),
                 lambda: theirs.append(their_rate(cluster, kind, client_count))]
        for step in steps if number % 2 == 0 else reversed(steps):
            step()
        ratios.append(ours[-1] / theirs[-1])
    print(f"{name}: {median(ours):.0f}/s, pgbench with {client_count} connections {median(theirs):.0f}/s", flush=True)
    return rate_line(name, median(ratios), RATE_BAR)


def our_rate(cluster, kind, in_flight, places):
    done = subprocess.run(
        [LOAD, cluster.url, kind, str(in_flight), str(SECONDS), *map(str, places)], stdout=subprocess.PIPE, text=True,
        check=False)
    if done.returncode != 0:
        sys.exit(f"postgres benchmark: PostgresLoad failed: {done.stdout[-500:]}")
    return float(done.stdout.split()[0])


def their_rate(cluster, kind, client_count):
    threads = min(client_count, len(os.sched_getaffinity(0)))
    text = cluster.pgbench("-n", "-M", "prepared", "-c", str(client_count), "-j", str(threads), "-T", str(SECONDS),
                           "-f", cluster.script(kind))
    return float(re.search(r"tps = ([0-9.]+)", text).group(1))
