"""Bytes that are dear to read (S-31): each megabyte costs at most twice a usual one's CPU time, or the server closes
before much of it was done. One byte a segment is cheap for neither side: there the sender has to pay more than we."""

import resource
import socket
import time

from support import rtmp
from support.connections import connect
from support.ingest import Probe
from support.publishers import Publishing, ours
from support.scenario import expect, expect_alive

FACTOR_MAX = 2
# What an attack may cost before the server has had enough of it.
NANOSECONDS_BEFORE_CLOSING_MAX = 1_500_000_000
SEND_SECONDS_MAX = 8


def run(site):
    probe = Probe(site, detail="none").start()
    usual = cost_of_publisher(probe, "usual", 40_000_000, "--chunk-size", "4096")
    expect(usual is not None, "the usual publisher was closed")
    figures = [f"usual {usual / 1e6:.2f} ms a MB"]
    attacks = {
        "chunk-size-1": lambda: cost_of_publisher(probe, "narrow", 4_000_000, "--chunk-size", "1"),
        "tiny-commands": lambda: cost_of_bytes(probe, rtmp.command("x") * 2000),
        "empty-messages": lambda: cost_of_bytes(probe, rtmp.message(8, b"", stream=1) + b"\xc3" * 60_000),
        "unknown-messages": lambda: cost_of_bytes(probe, rtmp.message(21, b"", stream=1) * 5000),
        "pings": lambda: cost_of_bytes(probe, rtmp.message(4, bytes([0, 6, 1, 2, 3, 4]), 2) * 5000),
        "metadata": lambda: cost_of_bytes(probe, rtmp.message(
            18, rtmp.text("onMetaData") + rtmp.members({f"k{i}": rtmp.number(i) for i in range(50)}), 4) * 500),
    }
    dear = []
    for name, attack in attacks.items():
        cost = attack()
        figures.append(f"{name} closed" if cost is None else f"{name} {cost / 1e6:.2f}")
        if cost is not None and cost > FACTOR_MAX * usual:
            dear.append(name)
    share = share_of_small_segments(probe)
    figures.append(f"small-segments cost us {share:.2f} of what they cost the sender")
    expect(share <= 1, figures[-1])
    expect(not dear, f"more than {FACTOR_MAX} times the usual: {', '.join(dear)} ({', '.join(figures)})")
    expect_alive(probe)
    return ", ".join(figures)


def cost_of_publisher(probe, key, byte_count, *options):
    """Nanoseconds of CPU a megabyte, by a publisher of ours that sends about so many bytes of media."""
    before = probe.cpu_nanoseconds()
    with Publishing(ours(probe.port, key, "--seconds", "40", "--bits", str(byte_count * 8 // 40), *options)) as sent:
        status, said = sent.wait(60)
    time.sleep(0.2)
    spent = probe.cpu_nanoseconds() - before
    if status != 0:
        expect(spent <= NANOSECONDS_BEFORE_CLOSING_MAX, f"{key}: closed, but only after {spent / 1e9:.1f} s of CPU")
        return None
    sent_bytes = int(said.split('"bytes":')[1].split(",")[0])
    return spent / (sent_bytes / 1e6)


def share_of_small_segments(probe):
    """Our CPU time for a publisher that sends a byte at a time, by the sender's own."""
    def sender_seconds():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before, sender_before = probe.cpu_nanoseconds(), sender_seconds()
    with Publishing(ours(probe.port, "pieces", "--seconds", "40", "--bits", "200000", "--piece", "1")) as publishing:
        publishing.wait(60)
    return (probe.cpu_nanoseconds() - before) / 1e9 / (sender_seconds() - sender_before)


def cost_of_bytes(probe, data):
    """The same for bytes repeated on an accepted publish, None when the server closed in time."""
    before, sent_count, is_closed = probe.cpu_nanoseconds(), 0, False
    with connect(probe.port, timeout=2) as client:
        client.sendall(rtmp.publish_start("attack"))
        deadline = time.monotonic() + SEND_SECONDS_MAX
        while not is_closed and sent_count < 20_000_000 and time.monotonic() < deadline:
            try:
                client.sendall(data)
                sent_count += len(data)
            except socket.timeout:
                break
            except OSError:
                is_closed = True
            drain(client)
    time.sleep(0.2)
    spent = probe.cpu_nanoseconds() - before
    if is_closed:
        expect(spent <= NANOSECONDS_BEFORE_CLOSING_MAX, f"closed, but only after {spent / 1e9:.1f} s of CPU")
        return None
    return spent / (sent_count / 1e6)


def drain(client):
    client.setblocking(False)
    try:
        while client.recv(65536):
            continue
    except OSError:
        return
    finally:
        client.settimeout(2)
