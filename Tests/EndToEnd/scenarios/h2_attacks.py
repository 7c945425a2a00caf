"""Floods of HTTP/2 frames: the server lives, its memory is bounded, and another client is answered.

CVE-2019-9511 to 9518, CVE-2023-44487 (rapid reset), CVE-2025-8671 (MadeYouReset), the CONTINUATION floods of 2024.
SECONDS_EACH is how long each attack lasts: 3 by default, 60 for acceptance.
"""

import os
import time

from support import tools
from support.figures import kibibytes, milliseconds
from support.connections import HealthProbe
from support.scenario import expect, expect_alive, expect_healthy
from support.servers import CANCELLED_METRIC, REFUSED_METRIC, RESPONSES_METRIC, Podo

SECONDS_EACH = float(os.environ.get("SECONDS_EACH", "3"))
GROWTH_BYTES_MAX = 32 * 1024 * 1024

# Requests one connection may start and cancel: the reset budget, one set of concurrent streams, one read's worth.
CANCELLED_PER_CONNECTION_MAX = 100 + 128 + 128


def run(site):
    tools.require(modules=["hpack", "hyperframe"])
    from .h2_floods import FLOODS

    podo = Podo(site).start()
    figures = [attack(podo, name, flood) for name, flood in FLOODS.items()]
    return "".join(f"\n    {line}" for line in figures) + "\n   "


def attack(podo, name, flood):
    """Runs one flood for its time, on a new connection whenever the server has closed the last one."""
    from support.http2 import Closed, HTTP2Connection

    rss_before, requests_before, ended_before = podo.rss_bytes(), started_count(podo), ended_count(podo, flood.reason)
    cpu_before = podo.cpu_nanoseconds()
    peak, connection_count, burst_count = rss_before, 0, 0
    deadline = time.monotonic() + SECONDS_EACH
    with HealthProbe(podo.http_port) as probe:
        while time.monotonic() < deadline:
            connection = None
            try:
                connection_count += 1
                connection = HTTP2Connection(podo.https_port, connection_count, flood.settings)
                for burst in flood.bursts(connection):
                    connection.send(burst)
                    burst_count += 1
                    peak = max(peak, podo.rss_bytes())
                    if time.monotonic() >= deadline:
                        break
            except (Closed, OSError):
                pass
            finally:
                if connection is not None:
                    connection.close()
            expect_alive(podo)
    spent = (podo.cpu_nanoseconds() - cpu_before) / 1e9 / SECONDS_EACH
    started = started_count(podo) - requests_before - len(probe.latencies)
    expect_healthy_during(name, probe)
    expect(peak - rss_before <= GROWTH_BYTES_MAX, f"{name}: memory grew by {kibibytes(peak - rss_before)}")
    if flood.reason:
        expect(ended_count(podo, flood.reason) > ended_before, f"{name}: no connection was ended for {flood.reason}")
    if flood.is_cancelling:
        bound = connection_count * CANCELLED_PER_CONNECTION_MAX
        expect(started <= bound, f"{name}: {started:.0f} requests started, the budget is {bound}")
    return (f"{name}: {burst_count} bursts on {connection_count} connections, {started:.0f} requests started, "
            f"+{kibibytes(peak - rss_before)}, CPU {spent:.0%}, healthy p99 {milliseconds(probe.p99)}")


def started_count(podo):
    """Requests that a handler has seen: those answered and those cancelled."""
    return sum(podo.metric(name, frontend="public") or 0 for name in (RESPONSES_METRIC, CANCELLED_METRIC))


def ended_count(podo, reason):
    return podo.metric(REFUSED_METRIC, frontend="public", reason=reason) or 0


def expect_healthy_during(name, probe):
    try:
        expect_healthy(probe)
    except Exception as failure:
        raise type(failure)(f"{name}: {failure}") from failure
