"""Clients that ask without pause on kept-alive connections and account for every request."""

import socket
import ssl
import threading
from dataclasses import dataclass

from . import http1
from .connections import connect
from .http2 import tls_context


@dataclass
class Account:
    """What became of the requests of one client."""

    sent: int = 0
    complete: int = 0
    # The response began and did not end.
    cut: int = 0
    # The request was sent on a connection not known to be closed, and nothing came back.
    unanswered: int = 0
    wrong: int = 0
    closed_between: int = 0

    @property
    def lost(self):
        return self.cut + self.unanswered + self.wrong


class Load:
    """`client_count` threads, each with one connection at a time, until `stop` or until the server takes no more.

    A server may end an idle connection at any time, so a client looks for that before it sends (RFC 9112 §9.5).
    """

    def __init__(self, port, paths, client_count, is_secure=False, reconnects=True, requests_per_connection=100):
        self.port, self.paths, self.is_secure, self.reconnects = port, paths, is_secure, reconnects
        self.requests_per_connection = requests_per_connection
        self.context = tls_context("http/1.1") if is_secure else None
        self.ended = threading.Event()
        self.accounts = [Account() for _ in range(client_count)]
        self.failures = []
        self.threads = [
            threading.Thread(target=self.run, args=(number, account), daemon=True)
            for number, account in enumerate(self.accounts)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.ended.set()
        return self.wait(10)

    def wait(self, seconds):
        """The sum of all accounts once every client has ended."""
        for thread in self.threads:
            thread.join(seconds)
        return Account(*(sum(getattr(account, name) for account in self.accounts) for name in Account.__annotations__))

    def run(self, number, account):
        path, expected = self.paths[number % len(self.paths)]
        while not self.ended.is_set():
            try:
                client = self.connect(number)
            except OSError as error:
                if self.reconnects:
                    self.failures.append(f"connecting: {error!r}")
                return
            with client:
                self.use(client, path, expected, account)
            if not self.reconnects and account.closed_between:
                return

    def connect(self, number):
        client = connect(self.port, number)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context.wrap_socket(client, server_hostname="localhost") if self.context else client

    def use(self, client, path, expected, account):
        """Requests on one connection until either side has had enough of it."""
        for _ in range(self.requests_per_connection):
            if self.ended.is_set():
                return
            if is_ended(client):
                account.closed_between += 1
                return
            account.sent += 1
            answer = self.exchange(client, path, account)
            if answer is None:
                return
            if answer.status == 200 and answer.body == expected:
                account.complete += 1
            else:
                account.wrong += 1
                self.failures.append(f"status {answer.status}, {len(answer.body)} bytes")
            if answer.closes:
                account.closed_between += 1
                return

    def exchange(self, client, path, account):
        received = b""
        try:
            client.sendall(http1.get(path))
            received = client.recv(65536)
            if received:
                return http1.read_answer(client, received)
        except (OSError, http1.BadAnswer) as error:
            self.failures.append(repr(error))
        if received:
            account.cut += 1
        else:
            account.unanswered += 1
        return None


def is_ended(client):
    """Whether the peer has closed already, seen without waiting; between two requests nothing else can come."""
    timeout = client.gettimeout()
    client.settimeout(0)
    try:
        client.recv(1)
        return True
    except (BlockingIOError, ssl.SSLWantReadError):
        client.settimeout(timeout)
        return False
    except OSError:
        return True
