"""slowhttptest in its four modes: slow heads, slow bodies, overlapping ranges, slow reading. The service stays up."""

import os
import re
import subprocess

from support import tools
from support.connections import HealthProbe
from support.figures import kibibytes, milliseconds
from support.scenario import expect, expect_alive, expect_growth, expect_healthy
from support.servers import LARGE_PATH, SMALL_PATH, Podo

SECONDS_EACH = int(float(os.environ.get("SECONDS_EACH", "10")))
CONNECTION_COUNT = int(os.environ.get("SLOW_CONNECTIONS", "1000"))
# A few milliseconds when the machine has nothing else to do; seconds when every slow reader's send buffer is filled.
P99_SECONDS_MAX = 0.25
GROWTH_BYTES_MAX = CONNECTION_COUNT * 64 * 1024

MODES = {
    "slow-heads": ["-H", "-i", "1", "-t", "GET", "-x", "24"],
    "slow-bodies": ["-B", "-i", "1", "-s", "8192", "-t", "POST", "-x", "10"],
    "ranges": ["-R", "-a", "10", "-b", "3000"],
    "slow-reading": ["-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3"],
}


def run(site):
    tools.require(["slowhttptest"])
    tools.raise_descriptor_limit(CONNECTION_COUNT * 2 + 1000)
    podo = Podo(site).start()
    figures = []
    for name, options in MODES.items():
        before = podo.rss_bytes()
        path = LARGE_PATH if name in ("ranges", "slow-reading") else SMALL_PATH
        with HealthProbe(podo.http_port) as probe:
            said = attack(f"http://127.0.0.1:{podo.http_port}{path}", options)
        expect_alive(podo)
        expect_healthy(probe)
        available = re.findall(r"service available:\s*(YES|NO)", said)
        expect(available and available[-1] == "YES", f"{name}: slowhttptest found the service unavailable: {said}")
        expect(probe.p99 <= P99_SECONDS_MAX, f"{name}: the health probe's p99 is {milliseconds(probe.p99)}")
        growth = expect_growth(podo, before, GROWTH_BYTES_MAX)
        figures.append(f"{name} p99 {milliseconds(probe.p99)}, +{kibibytes(growth)}")
    return "; ".join(figures)


def attack(url, options):
    finished = subprocess.run(
        ["slowhttptest", "-c", str(CONNECTION_COUNT), "-r", "200", "-l", str(SECONDS_EACH), "-p", "3", "-u", url,
         *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    return re.sub(r"\x1b\[[0-9;]*m", "", finished.stdout.decode(errors="replace"))
