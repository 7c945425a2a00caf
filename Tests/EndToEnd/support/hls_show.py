"""A live show under trouble: a server that dies and comes back, publishers that fail in every way, and a watch on all
that viewers get. What happens and when is by a seed."""

import os
import random
import signal
import subprocess
import time

from .clips import keyframe_times, make_clip
from .hls_client import StreamWatch
from .hls_follow import has, next_part
from .hls_playlist import parse_media
from .hls_report import Report
from .live_publisher import LivePublisher
from .scenario import Failure
from .servers import Podo

# A wrap of 32 bits is 30 s away.
FIRST_TIMESTAMP = (1 << 32) - 30_000
ONE_RENDITION = {"main": {"video": ("video", 0), "audio": ("audio", 0)}}
LADDER = ONE_RENDITION | {"v1": {"video": ("video", 1), "audio": ("audio", 0)}, "a1": {"audio": ("audio", 1)}}
# What each show looks at; and what only those do whose segments are listed in parts.
LOOKED_AT = ("playlists", "segments", "frames compared", "pictures decoded", "bit rates compared",
             "variants compared with their media")
LOOKED_AT_IN_PARTS = ("probes", "parts", "deltas compared", "hints answered 200", "unions of parts compared")
# The server has so long to let its publishers go after SIGTERM.
DRAIN_SECONDS_MAX = 40


class Show:
    """`with` it for as long as it lasts; `judge` at the end says what was wrong."""

    def __init__(self, site, seed, has_ladder=True, environment=(), forms=("plain", "ts")):
        self.site, self.seed, self.random = site, seed, random.Random(seed)
        self.report = Report()
        self.environment = {
            "PODO_OPEN_GATE": "true", "PODO_STREAM_KEYS": "show=" + "s" * 32 + ",ladder=" + "l" * 32
        } | dict(environment)
        self.forms = forms
        self.clips = self.make_clips()
        self.podo = self.serve()
        self.main = LivePublisher(self.podo.rtmp_port, "s" * 32, self.clips, FIRST_TIMESTAMP)
        self.publishers = [self.main]
        self.watches = [self.watch("show", self.main, ONE_RENDITION)]
        if has_ladder:
            ladder = LivePublisher(self.podo.rtmp_port, "l" * 32, self.clips)
            self.publishers.append(ladder)
            self.watches.append(self.watch("ladder", ladder, LADDER))
        self.log = []

    def make_clips(self):
        """Two that a ladder is made of, and so have their keyframes at the same places; another rate; another codec."""
        times = keyframe_times(self.seed, 40)
        path = self.site.join
        return [
            make_clip(path("a.mp4"), name="a", seconds=40, times=times),
            make_clip(path("b.mp4"), name="b", seconds=40, times=times, size="320x180", bits="200k", reorders=False,
                      tone=660),
            make_clip(path("c.mp4"), name="c", seconds=30, times=keyframe_times(self.seed + 1, 30), size="426x240",
                      rate="30000/1001", audio_rate=48000, channels=1, bits="300k", reorders=False),
            make_clip(path("d.mp4"), name="d", seconds=15, times=keyframe_times(self.seed + 2, 15), size="320x180",
                      codec="libx265", bits="200k"),
        ]

    def serve(self, ports=None):
        name = f"podo-{len(self.site.servers)}"
        return Podo(self.site, name, self.site.join("data"), self.environment, ports=ports).start()

    def watch(self, stream, publisher, tracks):
        directory = self.site.join(stream)
        os.mkdir(directory)
        return StreamWatch(self.podo.http_port, f"/p/{stream}/", self.report, publisher.ledger, directory, tracks,
                           seed=self.seed, forms=self.forms)

    def start(self):
        self.main.start([self.clips[0]])
        for ladder in self.publishers[1:]:
            ladder.start(self.clips[:2])
        for watch in self.watches:
            watch.start()

    def restart(self, number):
        """Kills the server, or asks it to go, and starts it again on its data and its ports."""
        for publisher in self.publishers:
            publisher.ledger.disturb()
            # Asked to go, it shows what comes for as long as somebody publishes.
            if number == signal.SIGKILL:
                publisher.ledger.going_down.append(time.monotonic())
        for watch in self.watches:
            watch.going_down()
        ports, status = self.podo.ports, self.podo.stop(number, DRAIN_SECONDS_MAX)
        # 3: streams were cut off, since their publishers did not end by themselves.
        expected = (0, 3) if number == signal.SIGTERM else (-number,)
        self.report.expect(status in expected, "server", "HARNESS", f"it ended with {status}")
        time.sleep(self.random.uniform(0, 1.5))
        self.podo = self.serve(ports)
        for watch in self.watches:
            watch.restarted()

    def note(self, text):
        self.log.append(f"[{time.monotonic() - self.report.begun:7.2f}] {text}")

    def do(self, name, *arguments):
        flat = [each for argument in arguments for each in (argument if isinstance(argument, list) else [argument])]
        shown = [getattr(each, "name", each) for each in flat]
        self.note(" ".join(map(str, [name, *shown])))
        if name == "restart":
            self.restart(*arguments)
        else:
            self.main.do(name, *arguments)

    def check_http2(self):
        """LL15: HTTP/2 over TLS gives the same, blocked requests too."""
        watch = self.watches[0]
        media = watch.validator.streams["main.m3u8"][0]
        segment = [segment for segment in media.segments if segment.uri][-1]
        msn, part = next_part(media)
        for name in (segment.uri, f"main.m3u8?_HLS_msn={msn}&_HLS_part={part}"):
            run = subprocess.run(
                ["curl", "-sk", "--http2", "--max-time", "10", "-w", "%{stderr}%{http_version} %{http_code}",
                 f"https://127.0.0.1:{self.podo.https_port}{watch.prefix}{name}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            said = run.stderr.decode()
            self.report.expect(said == "2 200", name, "LL15", f"curl over HTTP/2 says {said!r}")
            if name == segment.uri:
                watch.same(name, run.stdout)
            else:
                self.report.expect(has(parse_media(run.stdout.decode()), (msn, part)), name, "LL15", "without the part")

    def check_alive(self):
        failed = [publisher.failure for publisher in self.publishers if publisher.failure]
        if failed or not self.podo.is_alive:
            raise Failure(f"the show broke off: {failed}, server {self.podo.child.poll()}\n" + "\n".join(self.log))

    def judge(self):
        """Ends everything; what was looked at. Fails with all that was found."""
        for publisher in self.publishers:
            publisher.stop()
        time.sleep(3)
        for watch in self.watches:
            watch.stop()
        for watch in self.watches:
            watch.judge()
        for publisher in self.publishers:
            self.report.count("frames published", publisher.ledger.frame_count())
            self.report.count("publishings", len(publisher.ledger.publishings))
        self.report.require(LOOKED_AT + (() if "PODO_HLS_KEY_SEGMENTS" in self.environment else LOOKED_AT_IN_PARTS))
        if not self.report.is_clean:
            raise Failure("\n".join([f"seed {self.seed}; {self.report.summary()}", self.report.violations(), "What was "
                                     "done:", *self.log]))
        waits = sorted(wait for watch in self.watches for wait in watch.part_waits)
        return f"seed {self.seed}; {self.report.summary()}; longest wait for a part {waits[-1] if waits else 0:.2f} s"
