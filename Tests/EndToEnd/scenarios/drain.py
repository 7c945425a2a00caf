"""SIGTERM under load: what was begun is answered whole, nothing accepted is lost, and the exit status is 0."""

import signal
import time

from support import http1
from support.connections import close_all, connect, open_idle
from support.load import Load
from support.scenario import expect
from support.servers import LARGE_PATH, SMALL_PATH, Podo

CLIENT_COUNT = 16
IDLE_COUNT = 20
DRAIN_SECONDS_MAX = 30


def run(site):
    podo = Podo(site).start()
    paths = [(SMALL_PATH, site.small_body), (LARGE_PATH, site.large_body)]
    load = Load(podo.http_port, paths, CLIENT_COUNT, reconnects=False, requests_per_connection=900).start()
    idle = open_idle(podo.http_port, IDLE_COUNT)
    slow = connect(podo.http_port, receive_buffer=4096)
    slow.sendall(http1.get(LARGE_PATH))
    slow.recv(1)
    time.sleep(1)
    asked_at = time.monotonic()
    podo.send(signal.SIGTERM)
    time.sleep(0.5)
    slow_body_count = len(http1.read_answer(slow, b"H").body)
    status = podo.wait(DRAIN_SECONDS_MAX)
    drain_seconds = time.monotonic() - asked_at
    close_all([*idle, slow])
    total = load.wait(5)
    expect(status == 0, f"exit status {status}: {podo.log_tail()}")
    expect(slow_body_count == len(site.large_body), f"a slow reader got {slow_body_count} bytes")
    expect(total.lost == 0, f"lost requests: {total}, first: {load.failures[:2]}")
    expect(total.complete > CLIENT_COUNT, f"hardly any load: {total}")
    return f"{total.sent} requests sent, {total.complete} answered whole, exit 0 after {drain_seconds:.2f} s"
