"""From the last byte of a part to the first answer with it: in the server by its metric, and from outside."""

import re
import selectors
import socket
import time

from hls_load import Fleet
from ingest_bench import CLIENT_CORE, PUBLISHER_COUNT, LoadFailure
from support.figures import figure_line, median, percentile
from support.hls_playlist import parse_media

METRIC = "podo_hls_part_latency_seconds"
SERVER_BAR_MICROSECONDS = 5000
VIEWING_SECONDS = 14


class Viewer:
    """Follows the low-latency playlist of one stream, part by part; keeps every answer with its time."""

    HINT = re.compile(rb'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="[^"]*/(\d+)\.(\d+)\.m4s"')

    def __init__(self, podo, number):
        self.number, self.path = number, podo.path("main.m3u8", number)
        self.socket = socket.create_connection(("127.0.0.1", podo.http_port), timeout=10)
        self.received, self.answers = b"", []
        self.ask("")

    @property
    def first_sequence(self):
        return parse_media(self.answers[0][1].decode()).sequence

    def ask(self, query):
        self.socket.sendall(f"GET {self.path}{query} HTTP/1.1\r\nHost: viewer\r\n\r\n".encode())

    def read(self):
        """Takes what has come; a whole answer makes it ask for the next part."""
        piece = self.socket.recv(65536)
        now = time.monotonic_ns()
        self.received += piece
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not piece or (end and b" 200 " not in head.splitlines()[0]):
            raise LoadFailure(f"a viewer of stream {self.number} was answered {head[:80]}")
        length = re.search(rb"(?i)content-length: *(\d+)", head) if end else None
        if length is None or len(body) < int(length[1]):
            return
        self.received = b""
        self.answers.append((now, body))
        hint = self.HINT.search(body)
        if hint is None:
            raise LoadFailure(f"no part is announced to the viewer of stream {self.number}")
        self.ask(f"?_HLS_msn={int(hint[1])}&_HLS_part={int(hint[2])}")


def measure(site, podo):
    """Forty streams from their beginning, each with a viewer."""
    before = histogram(podo)
    with Fleet(site, podo, PUBLISHER_COUNT, pin=CLIENT_CORE, times=True) as fleet:
        for number in range(PUBLISHER_COUNT):
            podo.wait_for_segment(number=number)
        viewers = view(podo)
        fleet.finish()
    report(after_sending(viewers, fleet.sent()), difference(histogram(podo), before))


def view(podo):
    viewers = [Viewer(podo, number) for number in range(PUBLISHER_COUNT)]
    deadline = time.monotonic() + VIEWING_SECONDS
    with selectors.DefaultSelector() as selector:
        for viewer in viewers:
            selector.register(viewer.socket, selectors.EVENT_READ, viewer)
        while time.monotonic() < deadline:
            for key, _ in selector.select(1):
                key.data.read()
    for viewer in viewers:
        viewer.socket.close()
    return viewers


def after_sending(viewers, sent):
    """For each answer that was waited for, in seconds: since the last packet that was sent before it, which is the one
    that brought it about, and since the last packet of the newest part in it."""
    since_cause, since_part = [], []
    for viewer in viewers:
        packets = [packet for packet in sent if packet.stream == viewer.number]
        for at, body in viewer.answers[1:]:
            since_cause.append((at - max(packet.at for packet in packets if packet.at < at)) / 1e9)
            end = end_of_last_part(parse_media(body.decode()), viewer.first_sequence)
            # Times in playlists are rounded, those of packets are whole milliseconds.
            last = max(packet.at for packet in packets if packet.due < end - 0.002)
            since_part.append((at - last) / 1e9)
    return since_cause, since_part


def end_of_last_part(playlist, first_sequence):
    """In seconds from the beginning of the stream, which must still be in the window."""
    if playlist.sequence != first_sequence:
        raise LoadFailure("the beginning of a stream is not in its playlist any more")
    whole = [segment for segment in playlist.segments if segment.uri]
    parts = [part for segment in playlist.segments if not segment.uri for part in segment.parts]
    return float(sum(segment.duration for segment in whole) + sum(part.duration for part in parts))


def histogram(podo):
    """Counts by stage and upper bound of the metric's buckets."""
    rows = re.findall(rf'{METRIC}_bucket\{{stage="(\w+)",le="([^"]+)"\}} (\S+)', podo.admin("/metrics") or "")
    return {(stage, float(bound)): float(count) for stage, bound, count in rows}


def difference(after, before):
    return {key: count - before.get(key, 0) for key, count in sorted(after.items())}


def bucket_percentile(counts, stage, percent):
    """The upper bound of the bucket in which the percentile lies, not less than the truth, and the count of all."""
    buckets = {bound: count for (of, bound), count in counts.items() if of == stage}
    total = max(buckets.values(), default=0)
    if total == 0:
        raise LoadFailure(f"{METRIC} has counted no part {stage}")
    return min(bound for bound, count in buckets.items() if count >= total * percent / 100), total


def report(outside, counts):
    _, part_count = bucket_percentile(counts, "published", 99)
    print(f"hls: part latency, {PUBLISHER_COUNT} streams with a viewer each; {part_count:.0f} parts in the server, "
          f"{len(outside[0])} answers outside")
    names = ("outside: last packet sent before the answer", "outside: last packet of the part itself")
    for name, values in zip(names, outside):
        values = [value * 1000 for value in values]
        print(f"{name:<46}p50 {median(values):.1f}  p99 {percentile(values, 99):.1f}  max {max(values):.1f} ms")
    for stage, name in (("published", "server: last unit of the part to published"),
                        ("answered", "server: published to all answered")):
        p50, p99 = (bucket_percentile(counts, stage, percent)[0] * 1000 for percent in (50, 99))
        print(f"{name:<46}p50 <= {p50:g}  p99 <= {p99:g} ms")
    print(figure_line("hls-part-answered-p99", bucket_percentile(counts, "answered", 99)[0] * 1e6, "us",
                      SERVER_BAR_MICROSECONDS))
