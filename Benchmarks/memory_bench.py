"""What an idle keep-alive connection holds in memory."""

from support import tools
from support.connections import IDLE_CONNECTION_COUNT, IDLE_RSS_BYTES_MAX, rss_per_idle_connection
from support.figures import figure_line
from support.servers import Podo, Site


def run():
    tools.require(["openssl"])
    tools.raise_descriptor_limit(IDLE_CONNECTION_COUNT + 1000)
    with Site() as site:
        podo = Podo(site).start()
        per_connection, still_open = rss_per_idle_connection(podo)
        print(f"memory: {still_open} of {IDLE_CONNECTION_COUNT} connections idle, {podo.rss_bytes() >> 10} KiB in all")
        print(figure_line("idle-connection-rss", per_connection, "bytes", IDLE_RSS_BYTES_MAX))
