"""Just enough of RTMP's bytes for a hostile client."""

import struct

CLIENT_HELLO = b"\x03" + bytes(1536)
ANSWER_BYTE_COUNT = 1 + 1536 + 1536


def basic_header(form, chunk_stream):
    if chunk_stream < 64:
        return bytes([form << 6 | chunk_stream])
    if chunk_stream < 320:
        return bytes([form << 6, chunk_stream - 64])
    return bytes([form << 6 | 1, (chunk_stream - 64) & 0xff, (chunk_stream - 64) >> 8])


def message(kind, payload, chunk_stream=3, declared=None, stream=0):
    """One chunk with the full header; the payload has to fit into the server's idea of a chunk."""
    count = len(payload) if declared is None else declared
    return (basic_header(0, chunk_stream) + bytes(3) + count.to_bytes(3, "big") + bytes([kind])
            + stream.to_bytes(4, "little") + payload)


def set_chunk_size(count):
    return message(1, count.to_bytes(4, "big"), chunk_stream=2)


def number(value):
    return b"\x00" + struct.pack(">d", value)


def text(value):
    return b"\x02" + len(value).to_bytes(2, "big") + value.encode()


def members(values):
    return b"\x03" + b"".join(text(name)[1:] + value for name, value in values.items()) + b"\x00\x00\x09"


def connect(application="live"):
    return message(20, text("connect") + number(1) + members(
        {"app": text(application), "tcUrl": text(f"rtmp://127.0.0.1/{application}")}))


def command(name, transaction=0, *values):
    return message(20, text(name) + number(transaction) + b"\x05" + b"".join(values))


def publish_start(key, application="live"):
    """All that a publisher says before media, without waiting: chunks of up to 65,536 bytes follow."""
    publish = text("publish") + number(0) + b"\x05" + text(key) + text("live")
    return (CLIENT_HELLO + bytes(1536) + set_chunk_size(65536) + connect(application) + command("createStream", 2)
            + message(20, publish, stream=1))
