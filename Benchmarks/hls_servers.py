"""The two sides of the HLS benchmark: Podo that packages what it takes in, and nginx-rtmp that writes HLS to tmpfs."""

import os
import shutil
import tempfile
import time
import urllib.error
import urllib.request

from ingest_bench import PUBLISHER_COUNT, LoadFailure, PodoIngest
from ingest_load import NginxRTMP

# Where nginx writes: memory, as Podo's segments are.
MEMORY_DIRECTORY = "/dev/shm"
# What Podo promises unless it is configured otherwise; the peer is held to the same.
SEGMENT_SECONDS, WINDOW_SEGMENT_COUNT = 2, 12
# A stream's first segment has to be whole, and its playlist to be ready.
APPEAR_SECONDS_MAX = 15


class PodoHLS(PodoIngest):
    """`podo serve` with its gate open: streams are packaged as they come, as MPEG-TS too or as CMAF alone."""

    def __init__(self, site, name="podo", pin=None, transport_stream=False, environment=()):
        super().__init__(site, name=name, pin=pin, environment={
            "PODO_OPEN_GATE": "true",
            "PODO_HLS_TRANSPORT_STREAM": "true" if transport_stream else "false",
        } | dict(environment))
        self.transport_stream = transport_stream

    def path(self, name, number=0):
        """Where something of a stream is served."""
        return f"/p/s{number}/{name}"

    def fetch(self, path):
        """The body of a successful answer, or None."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=10) as answer:
                return answer.read()
        except urllib.error.HTTPError:
            return None

    def segment_names(self, playlist="main.m3u8", number=0):
        """The whole segments that a playlist lists now, the oldest first."""
        lines = (self.fetch(self.path(playlist, number)) or b"").decode().splitlines()
        return [line for line in lines if line and not line.startswith("#")]

    def expect_segments(self):
        """Every stream has a whole segment in every form that this server is to make: nothing was left undone."""
        playlists = ["main.m3u8"] + ["main.ts.m3u8"] * self.transport_stream
        for number in range(PUBLISHER_COUNT):
            for playlist in playlists:
                self.wait_for_segment(playlist, number)

    def wait_for_segment(self, playlist="main.m3u8", number=0):
        """The path of the latest whole segment, waiting for the first."""
        deadline = time.monotonic() + APPEAR_SECONDS_MAX
        while not (names := self.segment_names(playlist, number)):
            if time.monotonic() > deadline:
                raise LoadFailure(f"{self.path(playlist, number)} lists no segment after {APPEAR_SECONDS_MAX} s")
            time.sleep(0.1)
        return self.path(names[-1], number)


class NginxHLS(NginxRTMP):
    """nginx-rtmp with one worker, writing MPEG-TS segments and their playlists to memory."""

    def __init__(self, site, name="nginx-hls", pin=None, window_segment_count=WINDOW_SEGMENT_COUNT):
        self.window_segment_count = window_segment_count
        self.output = tempfile.mkdtemp(prefix="podo-bench-", dir=MEMORY_DIRECTORY)
        super().__init__(site, name=name, pin=pin)

    def application(self):
        return f"""
            hls on;
            hls_path {self.output};
            hls_fragment {SEGMENT_SECONDS}s;
            hls_playlist_length {SEGMENT_SECONDS * self.window_segment_count}s;"""

    def expect_segments(self):
        """Every stream has a playlist and a segment."""
        names = os.listdir(self.output)
        for number in range(PUBLISHER_COUNT):
            if f"s{number}.m3u8" not in names or not any(
                    name.startswith(f"s{number}-") and name.endswith(".ts") for name in names):
                raise LoadFailure(f"nginx-rtmp has written no HLS of stream {number}")

    def stop(self, *arguments, **options):
        status = super().stop(*arguments, **options)
        shutil.rmtree(self.output, ignore_errors=True)
        return status
