"""A strict little HTTP/1.1 client over a plain or TLS socket: it says exactly what was received."""

import socket
from dataclasses import dataclass


class BadAnswer(Exception):
    """What came is not one well-formed response, or the connection ended within it."""


@dataclass
class Answer:
    status: int
    fields: dict
    body: bytes
    rest: bytes

    @property
    def closes(self):
        return self.fields.get("connection", "").lower() == "close"


def get(path, close=False, method="GET"):
    connection = "connection: close\r\n" if close else ""
    return f"{method} {path} HTTP/1.1\r\nhost: localhost\r\n{connection}\r\n".encode()


def exchange(client, request, is_head=False):
    client.sendall(request)
    return read_answer(client, is_head=is_head)


def read_answer(client, received=b"", is_head=False):
    """Reads one response with Content-Length; `received` is what came before, `rest` what came after."""
    while b"\r\n\r\n" not in received:
        received += receive(client, received)
    head, body = received.split(b"\r\n\r\n", 1)
    status, fields = parse_head(head)
    has_body = not is_head and status not in (204, 304) and status >= 200
    length = int(fields.get("content-length", "0")) if has_body else 0
    pieces, count = [body], len(body)
    while count < length:
        pieces.append(receive(client, head))
        count += len(pieces[-1])
    body = b"".join(pieces)
    return Answer(status, fields, body[:length], body[length:])


def receive(client, context):
    piece = client.recv(65536)
    if not piece:
        raise BadAnswer(f"closed after {context[:60]!r}")
    return piece


def parse_head(head):
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():
        raise BadAnswer(f"status line {lines[0]!r}")
    fields = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadAnswer(f"field line {line!r}")
        fields[name.lower()] = value.strip()
    return int(words[1]), fields


def read_to_end(client, seconds=3):
    """Everything until the peer closes, and whether it did close within the time."""
    received = b""
    client.settimeout(seconds)
    try:
        while piece := client.recv(65536):
            received += piece
        return received, True
    except socket.timeout:
        return received, False
    except ConnectionResetError:
        return received, True
