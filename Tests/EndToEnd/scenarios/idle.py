"""Ten thousand clients that stay connected and say nothing."""

from support import tools
from support.connections import IDLE_CONNECTION_COUNT, IDLE_RSS_BYTES_MAX, HealthProbe, rss_per_idle_connection
from support.figures import milliseconds
from support.scenario import expect, expect_alive, expect_healthy
from support.servers import Podo


def run(site):
    tools.raise_descriptor_limit(IDLE_CONNECTION_COUNT + 1000)
    podo = Podo(site).start()
    with HealthProbe(podo.http_port) as probe:
        per_connection, still_open = rss_per_idle_connection(podo)
    expect_alive(podo)
    expect_healthy(probe)
    expect(still_open == IDLE_CONNECTION_COUNT, f"{IDLE_CONNECTION_COUNT - still_open} connections were closed")
    expect(per_connection <= IDLE_RSS_BYTES_MAX,
           f"{per_connection:.0f} bytes a connection, more than {IDLE_RSS_BYTES_MAX}")
    return f"{still_open} open, {per_connection:.0f} bytes each, healthy p99 {milliseconds(probe.p99)}"
