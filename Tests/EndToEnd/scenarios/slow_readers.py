"""A thousand clients that ask for a large answer and hardly read it: memory is bounded, others notice nothing."""

import time

from support import http1, tools
from support.connections import HealthProbe, close_all, connect
from support.figures import kibibytes, milliseconds
from support.scenario import expect, expect_alive, expect_growth, expect_healthy
from support.servers import LARGE_PATH, Podo

READER_COUNT = 1000
SECONDS = 8
READ_BYTE_COUNT = 512
RECEIVE_BUFFER_BYTE_COUNT = 4096

# What a stream may have buffered in the server (HTTPLimits.streamBufferedByteCountMax).
GROWTH_PER_READER_BYTES_MAX = 64 * 1024
# Two cores are shared with the readers: what counts as noise in the healthy client's p99.
NOISE_SECONDS, NOISE_FACTOR = 0.010, 3


def run(site):
    tools.raise_descriptor_limit(READER_COUNT + 1000)
    podo = Podo(site).start()
    with HealthProbe(podo.http_port, interval=0.02) as alone:
        time.sleep(SECONDS / 2)
    before = podo.rss_bytes()
    with HealthProbe(podo.http_port, interval=0.02) as beside:
        readers = [slow_reader(podo, number) for number in range(READER_COUNT)]
        byte_count = read_slowly(readers)
        growth = expect_growth(podo, before, READER_COUNT * GROWTH_PER_READER_BYTES_MAX)
    close_all(readers)
    expect_alive(podo)
    for probe in (alone, beside):
        expect_healthy(probe)
    expect(beside.p99 <= max(alone.p99 * NOISE_FACTOR, NOISE_SECONDS),
           f"the healthy client's p99 is {milliseconds(beside.p99)}, without readers {milliseconds(alone.p99)}")
    return (f"{READER_COUNT} readers took {kibibytes(byte_count)}, memory +{kibibytes(growth)}, "
            f"healthy p99 {milliseconds(alone.p99)} without, {milliseconds(beside.p99)} with")


def slow_reader(podo, number):
    client = connect(podo.http_port, number, receive_buffer=RECEIVE_BUFFER_BYTE_COUNT)
    client.sendall(http1.get(LARGE_PATH))
    return client


def read_slowly(readers):
    """Each reader takes a little every second; returns how much all of them took."""
    byte_count = 0
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for reader in readers:
            byte_count += len(reader.recv(READ_BYTE_COUNT))
        time.sleep(1)
    return byte_count
