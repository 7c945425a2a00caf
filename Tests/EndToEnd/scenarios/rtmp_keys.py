"""Ten thousand keys publish for one second each: what the server holds afterwards is what it held before."""

import json
import os
import time

from support import tools
from support.figures import kibibytes
from support.ingest import Probe
from support.publishers import Publishing, ours
from support.scenario import expect, expect_alive, expect_growth

KEY_COUNT = int(os.environ.get("KEYS", "10000"))
PARALLEL, PER_SECOND = 500, 250
# Before RSS is read the first time: as many as may publish at once.
WARM_UP_COUNT = PARALLEL
GROWTH_BYTES_MAX = 1024 * 1024


def run(site):
    tools.raise_descriptor_limit(PARALLEL * 2 + 1000)
    probe = Probe(site, detail="none").start()
    publish(probe, "warm", WARM_UP_COUNT)
    time.sleep(1)
    before = probe.rss_bytes()
    result = publish(probe, "key", KEY_COUNT)
    time.sleep(1)
    growth = expect_growth(probe, before, GROWTH_BYTES_MAX)
    expect_alive(probe)
    return (f"{result['published']} published in {result['seconds']:.0f} s, RSS {kibibytes(before)} before, "
            f"{kibibytes(growth)} more after")


def publish(probe, prefix, count):
    arguments = [word for word in ours(probe.port, f"{prefix}%d", "--count", str(count), "--parallel", str(PARALLEL),
                                       "--per-second", str(PER_SECOND), "--seconds", "1", "--bits", "200000")
                 if word != "--fast"]
    with Publishing(arguments) as publishing:
        status, said = publishing.wait(count / PER_SECOND * 3 + 30)
    expect(status == 0, f"RTMPPublish ended with {status}: {said}")
    return json.loads(said)
