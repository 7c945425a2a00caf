"""nginx in front, Podo behind on kept-alive connections: both must have counted the same requests."""

import os
import time

from support import http1
from support.connections import connect
from support.scenario import expect, expect_alive
from support.servers import RESPONSES_METRIC, SMALL_PATH, Nginx, Podo

from .smuggling_vectors import BAD_BODIES, BAD_HEADS, HOST, OTHER_REFUSALS

INNOCENT = http1.get(SMALL_PATH)


def with_fields(fields, body="", method="GET"):
    return f"{method} {SMALL_PATH} HTTP/1.1\r\n{HOST}{fields}\r\n{body}".encode()


ODD = {
    "get": INNOCENT,
    "pipelined": INNOCENT * 5,
    "get-with-body": with_fields("Content-Length: 5\r\n", "hello"),
    "get-whose-body-is-a-request": with_fields(f"Content-Length: {len(INNOCENT)}\r\n", INNOCENT.decode()),
    "get-with-chunked-body": with_fields("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
    "head-with-body": with_fields("Content-Length: 5\r\n", "hello", method="HEAD"),
    "options-with-body": with_fields("Content-Length: 5\r\n", "hello", method="OPTIONS"),
    "post": with_fields("Content-Length: 5\r\n", "hello", method="POST"),
    "post-whose-body-is-a-request": with_fields(
        f"Content-Length: {len(INNOCENT)}\r\n", INNOCENT.decode(), method="POST"),
    "post-large": with_fields("Content-Length: 100000\r\n", "a" * 100_000, method="POST"),
    "post-expecting": with_fields("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello", method="POST"),
    "get-expecting": with_fields("Expect: 100-continue\r\n"),
    "connection-names-a-field": with_fields("Connection: close, Content-Length\r\nContent-Length: 5\r\n", "hello"),
    "upgrade": with_fields("Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
    "http-1.0": f"GET {SMALL_PATH} HTTP/1.0\r\n\r\n".encode(),
    "unknown-method": with_fields("", method="BREW"),
    "encoded-target": f"GET /%73mall.html?x=%0d%0aHost:%20a HTTP/1.1\r\n{HOST}\r\n".encode(),
}


def run(site):
    podo = Podo(site).start()
    front = Nginx(site, name="front", proxied_port=podo.http_port).start()
    expect(response_count(podo) is not None, f"no metric {RESPONSES_METRIC}")
    refused = {name: request for name, (request, _) in OTHER_REFUSALS.items()}
    requests = ODD | BAD_HEADS | refused | BAD_BODIES
    forwarded_in_all = 0
    for name, request in requests.items():
        before = response_count(podo)
        forwarded = send_through(front, request)
        # What Podo refuses before it is a request is counted elsewhere.
        refused_count = sum(status >= "400" for status in forwarded)
        behind = settled(lambda: response_count(podo) - before, len(forwarded))
        expect(len(forwarded) - refused_count <= behind <= len(forwarded),
               f"{name}: {len(forwarded)} requests passed the front, {behind:.0f} were counted behind")
        forwarded_in_all += len(forwarded)
    expect_alive(podo)
    return f"{len(requests)} odd requests, {forwarded_in_all} passed the front, as many counted behind"


def response_count(podo):
    return podo.metric(RESPONSES_METRIC, frontend="public")


def send_through(front, request):
    """The status that Podo gave each request which the front passed on."""
    size = os.path.getsize(front.access_log)
    with connect(front.http_port) as client:
        client.sendall(request + INNOCENT)
        http1.read_to_end(client, seconds=0.15)
    time.sleep(0.02)
    with open(front.access_log) as log:
        log.seek(size)
        statuses = [line.strip() for line in log]
    return [status for status in statuses if status != "-"]


def settled(read, expected, seconds=0.5):
    """What `read` gives once it is at least what is expected, or when the time is over."""
    deadline = time.monotonic() + seconds
    while (value := read()) < expected and time.monotonic() < deadline:
        time.sleep(0.02)
    return value
