"""Watches a live stream as players do, all at once: one that blocks for every part, and others that poll.

Everything that is fetched goes to the independent readers: `hls_validator` for playlists, `hls_http` for answers,
`hls_media` and `hls_transport` for what they list. A watch lasts over restarts of the server, if it is told of them.
"""

import heapq
import os
import random
import threading
import time
import zlib

from .hls_decode import Pictures, Runs, TransportRuns
from .hls_frames import compare
from .hls_http import AnswerRules, Viewer
from .hls_media import RenditionMedia
from .hls_poll import FormWatch, MultivariantWatch
from .hls_follow import RenditionWatch
from .hls_probes import Prober
from .hls_transport import TransportMedia
from .hls_validator import Validator
from .http1 import BadAnswer

# What the machine may be late by, beside what is measured.
SLACK_SECONDS, SLACK_SECONDS_PER_WAITING_PROGRAM = 0.4, 0.2


class StreamWatch:
    """One stream, whose playlists lie below `prefix`. `tracks` says which published track became what: of each
    rendition's name, the track by kind."""

    def __init__(self, port, prefix, report, ledger, directory, tracks, seed=0, forms=("plain", "ts"),
                 slack=None):
        self.port, self.prefix, self.report, self.ledger = port, prefix, report, ledger
        self.directory, self.track_map, self.forms = directory, tracks, forms
        self.random, self.fixed_slack = random.Random(seed), slack
        self.lock, self.stopping, self.is_down = threading.RLock(), threading.Event(), threading.Event()
        self.epoch, self.restarted_at, self.lag = 0, 0.0, 0.0
        self.validator = Validator(is_steady=self.is_steady)
        self.validator.reads_media = True
        self.rules = AnswerRules(report, target=6)
        self.known, self.later, self.renditions = {}, [], {}
        # Of each playlist: since which start of the server it is known, and when it was last given out.
        self.fed, self.served_at = {}, {}
        self.media, self.sinks, self.part_waits = {}, [], []
        self.threads = []

    # Life

    def start(self):
        self.spawn(self.measure_lag)
        for form in ("", *self.forms):
            self.spawn(MultivariantWatch(self, form).run)
        self.spawn(Prober(self).run)
        return self

    def spawn(self, run):
        thread = threading.Thread(target=self.guard, args=(run,), daemon=True)
        self.threads.append(thread)
        thread.start()

    def guard(self, run):
        try:
            run()
        except Exception as error:  # A reader that fell over has seen something that it did not expect.
            self.report.add(getattr(run, "__qualname__", "watch"), "HARNESS", f"{type(error).__name__}: {error}")
            raise

    def measure_lag(self):
        while not self.stopping.is_set():
            before = time.monotonic()
            time.sleep(0.05)
            late = time.monotonic() - before - 0.05
            self.lag = max(late, self.lag * 0.98)

    def going_down(self):
        self.is_down.set()

    def restarted(self):
        """The server is there again; what it had in memory is not."""
        with self.lock:
            self.epoch += 1
            self.later.clear()
            self.validator.restarted()
            for watch in self.renditions.values():
                watch.restarted()
        self.restarted_at = time.monotonic()
        self.is_down.clear()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(20)
            self.report.expect(not thread.is_alive(), "watch", "HARNESS", "a thread does not end")
        for watch in self.renditions.values():
            watch.flush()

    def judge(self):
        """What can be said only once all is there: every frame came out, and everything decodes."""
        for name, media in self.media.items():
            stem = name.removesuffix(".ts")
            compare(name, self.ledger, self.track_map[stem], media.outcome, self.report, is_bare=name.endswith(".ts"))
        for sink in self.sinks:
            sink.decode(self.report)

    # Time

    def is_steady(self, since, until):
        is_up = self.restarted_at < since and not self.is_down.is_set()
        return is_up and self.ledger.is_steady(since, until)

    @property
    def slack(self):
        if self.fixed_slack is not None:
            return self.fixed_slack
        crowd = max(0.0, os.getloadavg()[0] - (os.cpu_count() or 1))
        return SLACK_SECONDS + 2 * self.lag + SLACK_SECONDS_PER_WAITING_PROGRAM * crowd

    # What is found

    def found(self, uris):
        """Renditions that a multivariant playlist names."""
        with self.lock:
            fresh = [uri for uri in uris if uri not in self.renditions]
            for uri in fresh:
                is_low_latency = uri.count(".") == 1
                self.renditions[uri] = (RenditionWatch if is_low_latency else FormWatch)(self, uri)
        for uri in fresh:
            for run in self.renditions[uri].runs:
                self.spawn(run)

    def reader(self, name):
        """Of a rendition's segments: "main", or "main.ts" for the other container."""
        if name not in self.media:
            if name.endswith(".ts"):
                sinks = [TransportRuns(self.directory, name)]
                self.media[name] = TransportMedia(name, self.report, self.ledger, sinks[0])
            else:
                sinks = [Runs(self.directory, name), Pictures(self.directory, name)]
                self.media[name] = RenditionMedia(
                    name, self.report, self.ledger, lambda *all: [sink(*all) for sink in sinks])
            self.sinks += sinks
        return self.media[name]

    def feed(self, name, text):
        """The playlist that the text stands for; None if it never was one."""
        with self.lock:
            # What was there before a restart is gone, and nothing of it left the playlist.
            is_known = self.fed.get(name) == self.epoch
            before = self.validator.streams[name][0] if is_known and name in self.validator.streams else None
            self.fed[name] = self.epoch
            served_at, self.served_at[name] = self.served_at.get(name, time.monotonic()), time.monotonic()
            self.validator.feed(name, text, time.monotonic())
            self.report.take(self.validator.violations)
            self.report.count("playlists")
            media = self.validator.streams.get(name, (None, None))[0]
            self.rules.target = media.target if media else self.rules.target
            self.removed(before, media, served_at)
        return media

    def same(self, uri, body):
        """M-5: one URI, the same bytes for ever."""
        with self.lock:
            before = self.known.setdefault(uri, (zlib.crc32(body), len(body)))
        self.report.expect(before == (zlib.crc32(body), len(body)), uri, "M-5",
                           f"{before[1]} bytes before, {len(body)} now, or others")

    def fetch(self, viewer, uri, mark, epoch, method="GET"):
        """What a playlist lists can be had; None if not, which is a violation unless the server went down."""
        path = self.prefix + uri
        try:
            answer = viewer.get(path, method)
        except (OSError, BadAnswer) as error:
            if epoch == self.epoch and not self.is_down.is_set() and not self.stopping.is_set():
                time.sleep(0.5)
                if epoch == self.epoch and not self.is_down.is_set():
                    self.report.add(uri, mark, f"no answer: {type(error).__name__} {error}")
            return None
        self.rules.check(path, answer, method)
        if answer.status != 200:
            if epoch == self.epoch and not self.is_down.is_set():
                self.report.add(uri, mark, f"{answer.status} {answer.body[:120]!r}")
            return None
        if method == "GET":
            self.same(uri, answer.body)
            self.report.count("fetched")
        return answer.body

    # What must be there for a while longer

    def check_later(self, when, latest, uri, mark):
        """Asked from `when` on; after `latest` it may be gone, and who comes to ask so late has learnt nothing."""
        with self.lock:
            heapq.heappush(self.later, (when, latest, uri, mark, self.epoch))

    def next_later(self):
        with self.lock:
            if self.later and self.later[0][0] <= time.monotonic():
                return heapq.heappop(self.later)
        return None

    def removed(self, before, media, served_at):
        """Segments and parts that left a playlist have to stay for a while (L9): since `served_at` at least, when it
        was last given out with them."""
        if before is None or media is None or media.ended or before is media:
            return
        listed = {s.uri for s in media.segments} | {p.uri for s in media.segments for p in s.parts}
        longest = float(sum(s.duration for s in before.segments if s.duration))
        for segment in before.segments:
            if segment.uri and segment.uri not in listed and segment.sequence < media.sequence:
                until = served_at + float(segment.duration) + longest
                for when in (served_at, until - 1):
                    self.check_later(when, until, segment.uri, "L9")
            for part in segment.parts:
                if part.uri not in listed and self.random.random() < 0.25:
                    until = served_at + 3 * media.target
                    self.check_later(until - 1, until, part.uri, "L9")

    def new_viewer(self, seconds=15):
        return Viewer(self.port, seconds)

    def path_of(self, name):
        return os.path.join(self.directory, name)
