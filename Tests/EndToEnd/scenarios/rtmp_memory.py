"""500 connections that never speak and 100 that lie about sizes on every chunk stream: little memory, all closed in
time, and a publisher beside them does not notice."""

import select
import socket
import time

from support import rtmp, tools
from support.connections import close_all, connect, unread_by_client
from support.figures import kibibytes
from support.ingest import Probe, expect_same, make_clip, packets_of
from support.publishers import Publishing, ffmpeg
from support.scenario import Failure, expect, expect_alive, expect_growth

SILENT_COUNT, LYING_COUNT = 500, 100
GROWTH_BYTES_MAX = 64 * 1024
# Begins a message of 16 MB on each of 64 chunk streams, with one chunk each.
LIES = rtmp.CLIENT_HELLO + bytes(1536) + b"".join(
    rtmp.message(20, bytes(128), chunk_stream, declared=0xffffff) for chunk_stream in range(3, 67))
# 5 s for the handshake, 10 s until a publish is accepted (RTMPLimits), and a little for this machine.
CLOSED_SECONDS_MAX = 12


def run(site):
    tools.raise_descriptor_limit(SILENT_COUNT + LYING_COUNT + 500)
    probe = Probe(site).start()
    clip = make_clip(site.join("clip.flv"), seconds=CLOSED_SECONDS_MAX + 2)
    url = f"rtmp://127.0.0.1:{probe.port}/live/"
    with Publishing(ffmpeg(clip, url + "before")) as warm_up:
        expect(warm_up.wait()[0] == 0, "the first publisher failed")
    with Publishing(ffmpeg(clip, url + "beside", paced=True)) as beside:
        time.sleep(1)
        before = probe.rss_bytes()
        start = time.monotonic()
        silent = [connect(probe.port, index) for index in range(SILENT_COUNT)]
        liars = [lie(connect(probe.port, index)) for index in range(LYING_COUNT)]
        time.sleep(2)
        growth = expect_growth(probe, before, (SILENT_COUNT + LYING_COUNT) * GROWTH_BYTES_MAX)
        expect_open_and_read(probe, silent, liars)
        left = wait_for_closing(silent + liars, start + CLOSED_SECONDS_MAX)
        seconds = time.monotonic() - start
        close_all(silent + liars)
        expect(not left, f"{left} of {SILENT_COUNT + LYING_COUNT} are still open after {CLOSED_SECONDS_MAX} s")
        status, said = beside.wait()
    expect(status == 0, f"the publisher beside them ended with {status}: {said}")
    probe.wait_for_end("beside")
    count = expect_same("beside", packets_of(clip), probe.units("beside"))
    expect_alive(probe)
    return (f"{kibibytes(growth / (SILENT_COUNT + LYING_COUNT))} each, while all {SILENT_COUNT} silent ones and "
            f"{LYING_COUNT} liars of {len(LIES)} bytes each were open; all closed after {seconds:.1f} s, "
            f"{count} units beside them unchanged")


def lie(client):
    try:
        client.sendall(LIES)
    except OSError as error:
        raise Failure(f"a liar could not send its lies: {error}")
    return client


def expect_open_and_read(probe, silent, liars):
    """What was measured is what they cost: the server has closed none, and has read every lie."""
    unread = unread_by_client(probe.port)
    for name, clients in (("silent", silent), ("lying", liars)):
        closed_count = sum(client.getsockname() not in unread for client in clients)
        expect(not closed_count, f"{closed_count} of {len(clients)} {name} connections were closed when RSS was read")
    unread_count = sum(unread[client.getsockname()] for client in liars)
    expect(not unread_count, f"the server has not read {unread_count} bytes of the lies")


def wait_for_closing(clients, deadline):
    """How many the server has not closed by then."""
    poller, open_by_number = select.poll(), {client.fileno(): client for client in clients}
    for client in clients:
        client.setblocking(False)
        poller.register(client, select.POLLIN)
    while open_by_number and time.monotonic() < deadline:
        for descriptor, _ in poller.poll(200):
            if is_closed(open_by_number[descriptor]):
                poller.unregister(descriptor)
                del open_by_number[descriptor]
    return len(open_by_number)


def is_closed(client):
    try:
        while data := client.recv(65536):
            del data
        return True
    except BlockingIOError:
        return False
    except (ConnectionError, socket.timeout):
        return True
