"""Players that know nothing of low latency: they poll, and fetch what is new."""

import time

from .hls_http import text_of
from .hls_keys import Keys
from .hls_media import Record
from .hls_multivariant import check_against_media
from .hls_playlist import BadPlaylist, parse_multivariant
from .http1 import BadAnswer

MULTIVARIANT_SECONDS, FORM_SECONDS = 4.0, 1.3
SETTLING_SECONDS = 8.0


class Poller:
    """Asks for one playlist again and again, with what it knows of it."""

    def __init__(self, watch, name, seconds):
        self.watch, self.name, self.seconds = watch, name, seconds
        # `is_known`: it has been answered, and the show goes on.
        self.viewer, self.tag, self.is_known = watch.new_viewer(), None, False
        self.runs = [self.run]

    def run(self):
        while not self.watch.stopping.is_set():
            try:
                self.poll()
            except (OSError, BadAnswer) as error:
                if not self.watch.is_down.is_set() and not self.watch.stopping.wait(0.5):
                    if not self.watch.is_down.is_set() and self.watch.is_steady(self.watch.restarted_at + 1, 0):
                        self.watch.report.add(self.name, "HTTP", f"no answer: {type(error).__name__} {error}")
                self.tag = None
            self.watch.stopping.wait(self.seconds * (0.7 + 0.6 * self.watch.random.random()))
        self.viewer.close()

    def restarted(self):
        self.tag, self.is_known = None, False

    def poll(self):
        fields = {"accept_encoding": "gzip"} if self.watch.random.random() < 0.5 else {}
        if self.tag:
            fields["if_none_match"] = self.tag
        epoch, asked = self.watch.epoch, time.monotonic()
        answer = self.viewer.get(self.watch.prefix + self.name, **fields)
        self.watch.rules.check(self.name, answer)
        if answer.status == 304:
            self.watch.report.expect("if_none_match" in fields, self.name, "H6", "304 and nobody asked")
            self.watch.report.count("playlists not modified")
            self.unchanged()
        elif answer.status == 200:
            self.tag = answer.fields.get("etag")
            self.take(text_of(answer), epoch)
        else:
            self.watch.report.count(f"polls answered {answer.status}")
            self.refused(answer, asked)
            return
        self.is_known = True

    def refused(self, answer, asked):
        """There may be nothing yet, or nothing any more; but not while a show goes on of which there was something."""
        is_wrong = self.is_known and self.watch.is_steady(asked - 1, time.monotonic())
        self.tag, self.is_known = None, False
        self.watch.report.expect(answer.status in (404, 410, 503) and not is_wrong, self.name, "L13",
                                 f"{answer.status} to a poll")

    def take(self, text, epoch):
        raise NotImplementedError

    def unchanged(self):
        pass


class MultivariantWatch(Poller):
    def __init__(self, watch, form):
        super().__init__(watch, f"index.{form}.m3u8" if form else "index.m3u8", 0.5)
        self.playlist = None
        # What each variant was said to need, now and the time before.
        self.said = {}

    def take(self, text, epoch):
        self.seconds = MULTIVARIANT_SECONDS
        self.watch.feed(self.name, text)
        try:
            self.playlist = parse_multivariant(text)
        except BadPlaylist:
            return
        self.watch.found(self.playlist.uris)
        for uri, inf in self.playlist.variants:
            now = (int(inf.get("BANDWIDTH", 0)), int(inf.get("AVERAGE-BANDWIDTH", 0)))
            self.said[uri] = (self.said.get(uri, (now, now))[1], now)
        self.unchanged()

    def unchanged(self):
        now = time.monotonic()
        for uri, inf in self.playlist.variants:
            self.check_bit_rate(uri)
            media = self.watch.media.get(uri.split(".")[0])
            # What has changed a moment ago may not be in both.
            if media and media.tracks and self.watch.is_steady(now - SETTLING_SECONDS, now):
                check_against_media(self.watch.report, uri, inf, media)

    def check_bit_rate(self, uri):
        """Segments are not above BANDWIDTH by a quarter, nor their average above AVERAGE-BANDWIDTH by a tenth (AAS
        1.28, 1.29), as far as they are known here. The playlists may be of a moment before or after."""
        with self.watch.lock:
            media = self.watch.validator.streams.get(uri, (None,))[0]
            listed = [segment for segment in media.segments if segment.uri] if media else []
            known = [(float(segment.duration), self.watch.known[segment.uri][1] * 8) for segment in listed
                     if segment.uri in self.watch.known]
            live = self.watch.validator.streams.get("main.m3u8", (None,))[0]
        if len(known) < len(listed) or not known:
            return
        # What is said of a show that has just begun, or begun anew with the server, is not about the listing of the one
        # before, which may be all that is known of this form: its playlist is answered when there are three segments.
        if live is None or media.ended != live.ended or uri not in self.watch.validator.seen:
            return
        peak, average = rates(known, media.target)
        self.watch.report.count("bit rates compared")
        peak_said, average_said = map(max, zip(*self.said[uri]))
        self.watch.report.expect(peak <= 1.25 * peak_said, uri, "M10",
                                 f"{peak:.0f} bits a second, BANDWIDTH {peak_said}")
        self.watch.report.expect(average <= 1.1 * average_said, uri, "M10",
                                 f"{average:.0f} on average, AVERAGE-BANDWIDTH {average_said}")


class FormWatch(Poller):
    """A media playlist without parts."""

    def __init__(self, watch, name):
        super().__init__(watch, name, FORM_SECONDS)
        self.stem, self.form = name.split(".")[:2]
        self.keys, self.done_sequence = Keys(watch), -1
        self.media = watch.reader(f"{self.stem}.ts") if self.form == "ts" else None

    def take(self, text, epoch):
        media = self.watch.feed(self.name, text)
        if media is None or epoch != self.watch.epoch:
            return
        segments = [s for s in media.segments if s.uri and not s.gap]
        for segment in segments:
            if segment.sequence > self.done_sequence:
                self.done_sequence = segment.sequence
                self.fetch(segment, media, epoch)
        if segments:
            self.watch.fetch(self.viewer, self.watch.random.choice(segments).uri, "L10", epoch, method="HEAD")

    def flush(self):
        """A form without parts lists nothing that still grows."""

    def fetch(self, segment, media, epoch):
        data = self.watch.fetch(self.viewer, segment.uri, "L10", epoch)
        data = self.keys.clear(self.viewer, data, segment.key)
        if data is None or self.media is None:
            return
        self.media.add(Record(
            self.stem, segment.sequence, data, b"", media.discontinuity_number(segment), True, segment.duration,
            segment.date,
            "EXT-X-INDEPENDENT-SEGMENTS" in media.tags))


def rates(segments, target):
    """Bits a second at the peak, of runs of half to one and a half target durations, and of all, of (seconds, bits)."""
    total = sum(bits for _, bits in segments) / max(sum(seconds for seconds, _ in segments), 0.001)
    peak = total
    for start in range(len(segments)):
        seconds = bits = 0
        for more, size in segments[start:]:
            seconds, bits = seconds + more, bits + size
            if seconds > 1.5 * target:
                break
            if seconds >= target / 2:
                peak = max(peak, bits / seconds)
    return peak, total
