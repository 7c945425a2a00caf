"""10,000 members exist, and 2,000 of them sign in at once: every one is answered or told when to come again, pages are
served as before, and memory stays within its bound."""

import hmac
import os
import resource
import selectors
import socket
import time

from support import database, http1
from support.api import Api, request
from support.connections import HealthProbe
from support.figures import kibibytes, percentile
from support.scenario import expect, expect_healthy
from support.servers import Podo

MEMBER_COUNT = 10_000
RUSH_COUNT = 2_000
HEALTH_SECONDS_MAX = 0.050
# One hash at a time takes 19 MiB on each thread; the rest is 2,000 connections with their tasks.
GROWTH_BYTES_MAX = 128 * 1024 * 1024
# Fans are all over the world: one block of networks has an eighth of the places for passwords.
SOURCES = [f"127.0.{block}.2" for block in range(1, 33)]
SECRET_FILE = "secret"
PASSWORD = "a quiet purple grape"


def run(site):
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    podo = Podo(site).start()
    make_members(podo)
    before = podo.rss_bytes()
    with HealthProbe(podo.http_port) as calm:
        time.sleep(3)
    with HealthProbe(podo.http_port, interval=0.02) as probe:
        rush = Rush(podo.http_port).run()
    expect_healthy(probe)
    growth = podo.rss_bytes() - before
    expect(not rush.failures, f"{len(rush.failures)} were not answered, first: {rush.failures[:1]}")
    strange = set(rush.statuses) - {200, 429, 503}
    expect(not strange, f"answers that nobody should get: {strange}")
    expect(rush.untold == 0, f"{rush.untold} were turned away and not told when to come again")
    expect(rush.signed_in == RUSH_COUNT, f"only {rush.signed_in} of {RUSH_COUNT} were signed in in the end")
    expect(probe.p99 <= HEALTH_SECONDS_MAX, f"health p99 was {probe.p99 * 1000:.1f} ms")
    expect(growth <= GROWTH_BYTES_MAX, f"memory grew by {kibibytes(growth)}")
    return (f"{RUSH_COUNT} signed in after {rush.seconds:.1f} s ({RUSH_COUNT / rush.seconds:.0f}/s), "
            f"{rush.statuses.get(503, 0)} times told to come again, slowest answer "
            f"{max(rush.latencies) * 1000:.0f} ms, health p50 {percentile(probe.latencies, 50) * 1000:.1f} ms and p99 "
            f"{probe.p99 * 1000:.1f} ms (calm {calm.p99 * 1000:.1f} ms), memory +{kibibytes(growth)}")


def make_members(podo, count=MEMBER_COUNT):
    """One is made by the API, the others are copies of it with addresses of their own. An address is known by an index
    that whoever has the secret file can compute, as this does; what else is sealed in a copy nobody can read, and
    signing in does not want to."""
    body = {"name": "fan", "email": "first@example.com", "password": PASSWORD}
    answer = Api(podo.http_port).post("/member", body)
    expect(answer.status == 201, f"sign-up: {answer.status} {answer.body!r}")
    key = personal_index_key(podo)
    rows = ",".join(
        f"({1_000_000 + number}, '\\x{index_of(key, f'fan{number}@example.com')}'::bytea)"
        for number in range(count - 1))
    database.query(podo, f"""
        INSERT INTO member (id, role, data_key, email_sealed, email_index, name_sealed, password_hash)
        SELECT number, 'USER', data_key, email_sealed, index, name_sealed, password_hash
        FROM (VALUES {rows}) AS fans (number, index), (SELECT * FROM member LIMIT 1) AS pattern;
        ANALYZE member;""")


def personal_index_key(podo):
    """The key of the newest generation in the secret file, derived for this purpose (HKDF with SHA-256, RFC 5869)."""
    with open(os.path.join(podo.data_directory, SECRET_FILE)) as file:
        secret = bytes.fromhex(file.readline().split()[1])
    extracted = hmac.digest(b"podo", secret, "sha256")
    return hmac.digest(extracted, b"personal-index" + b"\x01", "sha256")


def index_of(key, email):
    return hmac.digest(key, b"member|email|" + email.encode(), "sha256").hex()


class Rush:
    """As many clients as there are fans, each on a connection of its own, all at once. Who is told to come again does
    so at the time that he was told."""

    def __init__(self, port):
        self.port = port
        self.selector = selectors.DefaultSelector()
        self.statuses, self.latencies, self.failures = {}, [], []
        self.signed_in = self.untold = 0
        self.due = [(0.0, number) for number in range(RUSH_COUNT)]
        self.seconds = 0.0

    def run(self, seconds_max=240):
        start = time.monotonic()
        open_count = 0
        while self.due or open_count:
            now = time.monotonic() - start
            if now > seconds_max:
                self.failures.append("time was over")
                break
            ready = [entry for entry in self.due if entry[0] <= now]
            self.due = [entry for entry in self.due if entry[0] > now]
            for _, number in ready:
                self.begin(number)
                open_count += 1
            for key, _ in self.selector.select(0.02):
                open_count -= self.read(key, time.monotonic() - start)
        self.seconds = time.monotonic() - start
        return self

    def begin(self, number):
        client = socket.socket()
        client.settimeout(30)
        client.bind((SOURCES[number % len(SOURCES)], 0))
        client.connect(("127.0.0.1", self.port))
        body = {"email": f"fan{number}@example.com", "password": PASSWORD}
        client.sendall(request("POST", "/auth/signin", None, body, more="connection: close\r\n"))
        client.setblocking(False)
        self.selector.register(client, selectors.EVENT_READ, [number, time.monotonic(), b""])

    def read(self, key, now):
        """1 when the answer is complete, otherwise 0."""
        state, client = key.data, key.fileobj
        try:
            piece = client.recv(65536)
        except BlockingIOError:
            return 0
        except OSError as error:
            piece = b""
            self.failures.append(repr(error))
        state[2] += piece
        if piece:
            return 0
        self.selector.unregister(client)
        client.close()
        self.account(state[0], time.monotonic() - state[1], state[2], now)
        return 1

    def account(self, number, latency, received, now):
        self.latencies.append(latency)
        if not received:
            self.failures.append("closed without an answer")
            return
        status, fields = http1.parse_head(received.split(b"\r\n\r\n", 1)[0])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status == 200:
            self.signed_in += 1
        elif "retry-after" in fields:
            self.due.append((now + float(fields["retry-after"]), number))
        else:
            self.untold += 1
