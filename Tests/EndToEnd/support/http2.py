"""HTTP/2 frames by hand over TLS: whatever a hostile client may send, and what comes back."""

import socket
import ssl
import struct

from hpack import Encoder
from hyperframe.frame import DataFrame, GoAwayFrame, HeadersFrame, SettingsFrame

from .connections import SOURCES

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SEND_SECONDS = 2
FRAME_HEAD_BYTE_COUNT = 9


class Closed(Exception):
    """The server ended the connection, or takes no more from it."""


def tls_context(*protocols):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(protocols)
    return context


def request_block(path, method="GET", extra=()):
    """A header block that changes no dynamic table, so that it can be sent again and again."""
    fields = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path), *extra]
    encoder = Encoder()
    encoder.header_table_size = 0
    return encoder.encode(fields)


def headers(stream, block, ends_stream=True, ends_headers=True):
    flags = [flag for flag, is_set in (("END_STREAM", ends_stream), ("END_HEADERS", ends_headers)) if is_set]
    return HeadersFrame(stream, block, flags=flags).serialize()


class HTTP2Connection:
    """Sends bytes as given; what comes back is counted (answers, DATA) and, apart from GOAWAY, thrown away."""

    context = None

    def __init__(self, port, number=0, settings=None):
        if HTTP2Connection.context is None:
            HTTP2Connection.context = tls_context("h2")
        plain = socket.create_connection(("127.0.0.1", port), SEND_SECONDS, (SOURCES[number % len(SOURCES)], 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket = HTTP2Connection.context.wrap_socket(plain)
        except OSError as error:
            plain.close()
            raise Closed() from error
        self.received = bytearray()
        self.goaway_code = None
        self.answer_count = 0
        self.data_count = 0
        self.next_stream = 1
        self.send(PREFACE + SettingsFrame(0, settings=settings or {}).serialize())

    def take_stream(self):
        self.next_stream += 2
        return self.next_stream - 2

    def send(self, content):
        """Sends, then reads what has come; raises when the server closed or has stopped reading for seconds."""
        try:
            self.socket.settimeout(SEND_SECONDS)
            self.socket.sendall(content)
            self.read_available()
        except OSError as error:
            raise Closed() from error

    def read_available(self):
        self.socket.settimeout(0)
        try:
            while piece := self.socket.recv(65536):
                self.received += piece
            raise Closed()
        except ssl.SSLWantReadError:
            pass
        finally:
            self.take_frames()

    def take_frames(self):
        while len(self.received) >= FRAME_HEAD_BYTE_COUNT:
            length = int.from_bytes(self.received[:3], "big")
            if len(self.received) < FRAME_HEAD_BYTE_COUNT + length:
                return
            kind = self.received[3]
            if kind == GoAwayFrame.type:
                self.goaway_code = int.from_bytes(self.received[13:17], "big")
            elif kind == HeadersFrame.type:
                self.answer_count += 1
            elif kind == DataFrame.type:
                self.data_count += 1
            del self.received[:FRAME_HEAD_BYTE_COUNT + length]

    def close(self):
        self.socket.close()


def raw_frame(kind, stream, payload=b"", flags=0):
    """A frame of any type and content, also those that hyperframe would refuse to build."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
