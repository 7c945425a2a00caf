"""A Podo that records one stream, its disk at a test's mercy, and a reader of what it has recorded."""

import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request

from .hls_playlist import BadPlaylist, parse_media
from .publishers import Publishing, ffmpeg
from .scenario import expect
from .servers import Podo

# finishedGraceTime of HLSLimits, and what a loaded machine adds.
GRACE_SECONDS = 10


class FaultyDisk:
    """What the recordings lie on: works until it is told not to."""

    def __init__(self, site):
        here = os.path.dirname(os.path.abspath(__file__))
        self.shim, self.control = site.join("faulty_disk.so"), site.join("faulty_disk.txt")
        source = os.path.join(here, "faulty_disk.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", self.shim, source, "-ldl"], check=True)

    @property
    def environment(self):
        return {"LD_PRELOAD": self.shim, "FAULTY_DISK": self.control}

    def becomes(self, word):
        with open(self.control + ".new", "w") as file:
            file.write(word)
        os.rename(self.control + ".new", self.control)


class RecordingPodo:
    """One Podo after another on one data directory, each serving the stream `main` to everybody."""

    def __init__(self, site, name, environment=()):
        self.site, self.name, self.environment = site, name, dict(environment)
        self.key = secrets.token_hex(16)
        self.count = 0
        self.podo = None

    def start(self):
        self.count += 1
        self.podo = Podo(
            self.site, name=f"{self.name}-{self.count}", data_directory=self.site.join(f"{self.name}-data"),
            environment={
                "PODO_STREAM_KEYS": f"main={self.key}", "PODO_OPEN_GATE": "true", "PODO_HLS_RECORDING": "true",
                "PODO_HLS_SEGMENT_MS": "1000", "PODO_HLS_PART_MS": "200", "PODO_LOG_LEVEL": "info",
            } | self.environment).start()
        return self.podo

    def publish(self, clip, *options):
        """Publishes the clip as fast as it plays, over and over."""
        arguments = ffmpeg(clip, f"rtmp://127.0.0.1:{self.podo.rtmp_port}/live/{self.key}", paced=True)
        arguments[1:1] = ["-stream_loop", "-1", *options]
        return Publishing(arguments)

    def log(self):
        with open(self.podo.log_path, errors="replace") as file:
            return file.read()

    # What is served.

    def fetch(self, name):
        """The body, or None unless the answer is 200."""
        try:
            url = f"http://127.0.0.1:{self.podo.http_port}/p/main/{name}"
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read()
        except (OSError, urllib.error.HTTPError):
            return None

    def playlist(self, name):
        """The playlist and its text; None for both unless the answer is 200."""
        body = self.fetch(name)
        if body is None:
            return None, None
        try:
            return parse_media(body.decode()), body.decode()
        except BadPlaylist as error:
            expect(False, f"{name}: {error}\n{body.decode()}")

    def wait_for(self, name, is_enough=lambda playlist: True, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            playlist, text = self.playlist(name)
            if playlist is not None and is_enough(playlist):
                return playlist, text
            time.sleep(0.1)
        expect(False, f"{name} did not come to what was waited for in {seconds} s:\n{text}\n{self.log()[-2000:]}")

    # What is recorded.

    def expect_whole(self, playlist):
        """Every segment that the playlist lists is whole, with its initialisation section; returns all of them."""
        maps, media = {}, b""
        for segment in playlist.segments:
            body = self.fetch(segment.uri)
            if segment.gap:
                expect(body is None or boxes(body), f"{segment.uri} is a gap and torn")
                continue
            expect(body, f"{segment.uri} is listed and cannot be had")
            expect(boxes(body), f"{segment.uri} is torn: {len(body)} bytes")
            expect(b"mdat" in boxes(body) and b"moof" in boxes(body), f"{segment.uri} holds {boxes(body)}")
            if segment.map not in maps:
                maps[segment.map] = self.fetch(segment.map)
                expect(boxes(maps[segment.map] or b"") == [b"ftyp", b"moov"], f"{segment.map} is torn")
            media += body
        return media

    def expect_decodes(self, name):
        """ffmpeg finds no fault in any of it; returns how many pictures there are."""
        url = f"http://127.0.0.1:{self.podo.http_port}/p/main/{name}"
        said = subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", url, "-map", "0:v", "-f", "framemd5", "-"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        expect(said.returncode == 0 and not said.stderr, f"ffmpeg says of {name}: {said.stderr.decode()[-500:]}")
        return sum(not line.startswith(b"#") for line in said.stdout.splitlines())


def boxes(body):
    """The types of an fMP4's boxes, or nothing if the last one is not whole."""
    types, offset = [], 0
    while offset < len(body):
        size = int.from_bytes(body[offset:offset + 4], "big")
        if size < 8 or offset + size > len(body):
            return []
        types.append(body[offset + 4:offset + 8])
        offset += size
    return types


def listed(text):
    """The lines about segments: those that a playlist which grows never changes."""
    lines = text.splitlines()
    first = next((index for index, line in enumerate(lines) if line.startswith("#EXT-X-MAP")), len(lines))
    return [line for line in lines[first:] if line != "#EXT-X-ENDLIST"]
