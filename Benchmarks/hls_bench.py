"""What packaging and delivery cost and how long they take: the other `hls_*.py` measure one promise each."""

import os
import sys

import hls_burst
import hls_delivery
import hls_latency
import hls_load
import hls_packaging
import http_bench
import ingest_bench
from hls_servers import NginxHLS, PodoHLS
from ingest_bench import SERVER_CORE
from ingest_load import RTMP_MODULE, prepare_clip
from support import tools
from support.servers import Nginx, Site

# `BENCH_HLS=burst,latency` runs some of them.
PARTS = ("packaging", "delivery", "burst", "latency")


def run():
    tools.require(["ffmpeg", "ffprobe", "nginx", "openssl", "taskset", "wrk"])
    tools.require_file(RTMP_MODULE, "libnginx-mod-rtmp")
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("the hls benchmark needs two cores: one for the server, one for publishers and viewers")
    tools.raise_descriptor_limit(hls_burst.VIEWER_COUNT + 1000)
    for binary in (hls_burst.BURST, hls_load.PUBLISH):
        if not os.access(binary, os.X_OK):
            sys.exit(f"no executable {binary}: run `make bench BENCH=hls`, which builds it")
    prepare_clip()
    parts = os.environ.get("BENCH_HLS", ",".join(PARTS)).split(",")
    try:
        for part in parts:
            with Site() as site:
                measure(part, site)
    except (http_bench.LoadFailure, ingest_bench.LoadFailure) as failure:
        sys.exit(f"hls benchmark: {failure}")


def measure(part, site):
    """Each with servers that have seen nothing before."""
    if part == "packaging":
        count = hls_packaging.WINDOW_SEGMENT_COUNT
        window = {"PODO_HLS_WINDOW_SEGMENTS": str(count)}
        podo = PodoHLS(site, pin=SERVER_CORE, environment=window).start()
        both = PodoHLS(site, name="podo-ts", pin=SERVER_CORE, transport_stream=True, environment=window).start()
        nginx = NginxHLS(site, pin=SERVER_CORE, window_segment_count=count).start()
        hls_packaging.measure(site, podo, both, nginx)
        return
    podo = PodoHLS(site, pin=SERVER_CORE).start()
    if part == "delivery":
        hls_delivery.measure(site, podo, Nginx(site, pin=SERVER_CORE).start())
    elif part == "burst":
        hls_burst.measure(site, podo, Nginx(site, pin=SERVER_CORE).start())
    elif part == "latency":
        hls_latency.measure(site, podo)
    else:
        sys.exit(f"no part {part} of the hls benchmark; there are: {' '.join(PARTS)}")
