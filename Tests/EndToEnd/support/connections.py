"""Many connections from one client: idle ones, slow ones, and the healthy one that must not notice."""

import socket
import sys
import threading
import time

from . import http1
from .figures import percentile
from .servers import SMALL_PATH

IDLE_CONNECTION_COUNT = 10_000
IDLE_RSS_BYTES_MAX = 16 * 1024

# Source addresses to spread over, so that neither ephemeral ports nor a limit per address decide the outcome.
SOURCES = [f"127.0.0.{host}" for host in range(2, 12)]


def connect(port, number=0, timeout=10, receive_buffer=None):
    """A connection from the source address that `number` falls to."""
    client = socket.socket()
    if receive_buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(timeout)
    client.bind((SOURCES[number % len(SOURCES)], 0))
    client.connect(("127.0.0.1", port))
    return client


def open_idle(port, count):
    """Connections that each had one request answered and then say nothing more."""
    clients = []
    for number in range(count):
        client = connect(port, number)
        http1.exchange(client, http1.get(SMALL_PATH))
        clients.append(client)
    return clients


def close_all(clients):
    for client in clients:
        client.close()


def is_open(client):
    """Whether the peer has not closed; nothing may be waiting to be read."""
    client.setblocking(False)
    try:
        return client.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def rss_per_idle_connection(server, count=IDLE_CONNECTION_COUNT):
    """RSS that each of `count` idle connections adds, and how many of them were still open at the end."""
    close_all(open_idle(server.http_port, 200))
    before = server.rss_bytes()
    clients = open_idle(server.http_port, count)
    time.sleep(1)
    added = server.rss_bytes() - before
    still_open = sum(is_open(client) for client in clients)
    close_all(clients)
    return added / count, still_open


def unread_by_client(port):
    """The connections that are established on the server's side, neither end closed: what the server has not read yet,
    in bytes, by the client's address. IPv4."""
    unread = {}
    with open("/proc/net/tcp") as file:
        for _, local, remote, state, queues, *_ in map(str.split, file.readlines()[1:]):
            if state == "01" and int(local.split(":")[1], 16) == port:
                host, client_port = (int(word, 16) for word in remote.split(":"))
                address = socket.inet_ntoa(host.to_bytes(4, sys.byteorder)), client_port
                unread[address] = int(queues.split(":")[1], 16)
    return unread


class HealthProbe:
    """A client that asks for a page every 100 ms on a connection of its own, and notes how long each answer took."""

    def __init__(self, port, path=SMALL_PATH, interval=0.1):
        self.port, self.path, self.interval = port, path, interval
        self.latencies, self.failures = [], []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.ended.set()
        self.thread.join()

    def run(self):
        while not self.ended.wait(self.interval):
            start = time.monotonic()
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5, ("127.0.1.1", 0)) as client:
                    answer = http1.exchange(client, http1.get(self.path, close=True))
                if answer.status == 200:
                    self.latencies.append(time.monotonic() - start)
                else:
                    self.failures.append(f"status {answer.status}")
            except (OSError, http1.BadAnswer) as error:
                self.failures.append(repr(error))

    @property
    def p99(self):
        return percentile(self.latencies, 99)
