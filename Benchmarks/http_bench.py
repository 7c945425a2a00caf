"""CPU time per request and per byte: Podo with one loop against nginx with one worker, alternating in one run."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field

from support import tools
from support.figures import median, ratio_line
from support.servers import (
    LARGE_BYTE_COUNT, LARGE_PATH, REQUEST_COUNT_PER_CONNECTION_MAX, SMALL_PATH, Nginx, Podo, Site)

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
CONNECTION_COUNT = 10
SERVER_CORE, CLIENT_CORE = 0, 1
BAR = 1.0


@dataclass
class Case:
    """One kind of load; what each side cost per unit, round by round."""

    name: str
    scheme: str
    path: str
    protocol: str = "h1"
    podo: list = field(default_factory=list)
    nginx: list = field(default_factory=list)

    @property
    def unit(self):
        return "ns/KiB" if self.path == LARGE_PATH else "ns/request"

    @property
    def unit_count_per_request(self):
        return LARGE_BYTE_COUNT / 1024 if self.path == LARGE_PATH else 1

    @property
    def ratios(self):
        return [ours / theirs for ours, theirs in zip(self.podo, self.nginx)]

    def url(self, server):
        port = server.https_port if self.scheme == "https" else server.http_port
        return f"{self.scheme}://127.0.0.1:{port}{self.path}"


def cases():
    return [
        Case("h1-1k", "http", SMALL_PATH),
        Case("tls-1k", "https", SMALL_PATH),
        Case("h2-1k", "https", SMALL_PATH, protocol="h2"),
        Case("h1-500k", "http", LARGE_PATH),
        Case("tls-500k", "https", LARGE_PATH),
    ]


class LoadFailure(Exception):
    """The load was not answered as it should be: its numbers would mean nothing."""


def run():
    tools.require(["wrk", "h2load", "nginx", "openssl", "taskset"])
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("the http benchmark needs two cores: one for the server, one for the client")
    tools.raise_descriptor_limit(4096)
    try:
        with Site() as site:
            podo, nginx = Podo(site, pin=SERVER_CORE).start(), Nginx(site, pin=SERVER_CORE).start()
            for server in (podo, nginx):
                check_answers(server, site)
            measured = cases()
            for case in measured:
                measure(case, podo, nginx)
        report(measured)
    except LoadFailure as failure:
        sys.exit(f"http benchmark: {failure}")


def check_answers(server, site):
    """Both sides must send the same bytes, or the comparison is of different work."""
    for path, expected in ((SMALL_PATH, site.small_body), (LARGE_PATH, site.large_body)):
        with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}{path}") as answer:
            body = answer.read()
        if body != expected:
            raise LoadFailure(f"{type(server).__name__} answers {path} with {len(body)} other bytes")


def measure(case, podo, nginx):
    """Loads both sides in turn, the other one first in every second round; a short round before is thrown away."""
    for server in (podo, nginx):
        cost(case, server, seconds=0.5)
    for number in range(ROUNDS):
        order = [(podo, case.podo), (nginx, case.nginx)]
        for server, costs in order if number % 2 == 0 else reversed(order):
            costs.append(cost(case, server, SECONDS))


def cost(case, server, seconds):
    """CPU time of the server per unit, in nanoseconds."""
    load = load_by_h2load if case.protocol == "h2" else load_by_wrk
    before = server.cpu_nanoseconds()
    request_count = load(case.url(server), seconds)
    spent = server.cpu_nanoseconds() - before
    return spent / request_count / case.unit_count_per_request


def load_by_wrk(url, seconds):
    output = client(["wrk", "-t1", f"-c{CONNECTION_COUNT}", f"-d{max(seconds, 1):.0f}s", url])
    if "Non-2xx" in output or "Socket errors" in output:
        raise LoadFailure(f"wrk saw errors at {url}:\n{output}")
    return int(re.search(r"(\d+) requests in", output)[1])


def load_by_h2load(url, seconds):
    """Runs h2load until the time is over: it opens no second connection when one has had all its requests."""
    count_each = CONNECTION_COUNT * REQUEST_COUNT_PER_CONNECTION_MAX * 9 // 10
    done = 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        output = client(["h2load", f"-c{CONNECTION_COUNT}", "-m10", f"-n{count_each}", url])
        succeeded = int(re.search(r"(\d+) succeeded", output)[1])
        if succeeded != count_each:
            raise LoadFailure(f"h2load had {succeeded} of {count_each} requests answered at {url}:\n{output}")
        done += succeeded
    return done


def client(arguments):
    finished = subprocess.run(
        ["taskset", "-c", str(CLIENT_CORE), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if finished.returncode != 0:
        raise LoadFailure(f"{arguments[0]} ended with status {finished.returncode}:\n{finished.stdout}")
    return finished.stdout


def report(measured):
    print(f"http: server CPU time, {ROUNDS} rounds of {SECONDS:g} s each side, {CONNECTION_COUNT} connections")
    print(f"{'case':<10}{'unit':<12}{'podo median (min..max)':>28}{'nginx median (min..max)':>28}"
          f"{'ratio (min..max)':>24}")
    for case in measured:
        print(f"{case.name:<10}{case.unit:<12}{spread(case.podo, '.0f'):>28}{spread(case.nginx, '.0f'):>28}"
              f"{spread(case.ratios, '.3f'):>24}")
    for case in measured:
        print(ratio_line(f"http-{case.name}", median(case.ratios), BAR))


def spread(values, form):
    return f"{median(values):{form}} ({min(values):{form}}..{max(values):{form}})"
