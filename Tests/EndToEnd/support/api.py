"""A client of the API: JSON in, JSON out, one connection at a time from an address of its choice."""

import json
import socket

from . import http1


class ApiAnswer:
    def __init__(self, answer):
        self.status, self.fields, self.body = answer.status, answer.fields, answer.body

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def code(self):
        """What a problem is called; None when it is none."""
        return self.json.get("code")


class Api:
    def __init__(self, port, source="127.0.0.1", timeout=30):
        self.port, self.source, self.timeout = port, source, timeout

    def get(self, path, token=None, fields=None):
        return self.send("GET", path, token, fields=fields)

    def post(self, path, body=None, token=None, host="localhost", fields=None):
        return self.send("POST", path, token, body, host, fields)

    def delete(self, path, token=None, body=None):
        return self.send("DELETE", path, token, body)

    def send(self, method, path, token=None, body=None, host="localhost", fields=None):
        """`fields`: header fields besides, by name."""
        more = "connection: close\r\n" + "".join(f"{name}: {value}\r\n" for name, value in (fields or {}).items())
        with socket.create_connection(("127.0.0.1", self.port), self.timeout, (self.source, 0)) as client:
            return ApiAnswer(http1.exchange(client, request(method, path, token, body, host, more)))


def request(method, path, token=None, body=None, host="localhost", more=""):
    """The bytes of a request."""
    head = f"{method} {path} HTTP/1.1\r\nhost: {host}\r\n{more}"
    if token is not None:
        head += f"authorization: Bearer {token}\r\n"
    text = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        head += f"content-type: application/json\r\ncontent-length: {len(text)}\r\n"
    return head.encode() + b"\r\n" + text
