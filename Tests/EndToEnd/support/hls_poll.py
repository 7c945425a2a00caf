"""Players that know nothing of low latency: they poll, and fetch what is new."""

from .hls_http import text_of
from .hls_keys import Keys
from .hls_media import Record
from .hls_playlist import BadPlaylist, parse_multivariant
from .http1 import BadAnswer

MULTIVARIANT_SECONDS, FORM_SECONDS = 4.0, 1.3


class Poller:
    """Asks for one playlist again and again, with what it knows of it."""

    def __init__(self, watch, name, seconds):
        self.watch, self.name, self.seconds = watch, name, seconds
        self.viewer, self.tag, self.status = watch.new_viewer(), None, None
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

    def poll(self):
        fields = {"accept_encoding": "gzip"} if self.watch.random.random() < 0.5 else {}
        if self.tag:
            fields["if_none_match"] = self.tag
        epoch = self.watch.epoch
        answer = self.viewer.get(self.watch.prefix + self.name, **fields)
        self.watch.rules.check(self.name, answer)
        was, self.status = self.status, answer.status
        if answer.status == 304:
            self.watch.report.expect("if_none_match" in fields, self.name, "H6", "304 and nobody asked")
            self.watch.report.count("playlists not modified")
        elif answer.status == 200:
            self.tag = answer.fields.get("etag")
            self.take(text_of(answer), epoch)
        else:
            self.watch.report.count(f"polls answered {answer.status}")
            self.refused(answer, was)

    def refused(self, answer, was):
        self.tag = None
        self.watch.report.expect(answer.status in (404, 410, 503), self.name, "L13", f"{answer.status} to a poll")

    def take(self, text, epoch):
        raise NotImplementedError


class MultivariantWatch(Poller):
    def __init__(self, watch, form):
        super().__init__(watch, f"index.{form}.m3u8" if form else "index.m3u8", 0.5)

    def take(self, text, epoch):
        self.seconds = MULTIVARIANT_SECONDS
        self.watch.feed(self.name, text)
        try:
            self.watch.found(parse_multivariant(text).uris)
        except BadPlaylist:
            return


class FormWatch(Poller):
    """A media playlist without parts."""

    def __init__(self, watch, name):
        super().__init__(watch, name, FORM_SECONDS)
        self.stem, self.form = name.split(".")[:2]
        self.keys, self.done_sequence = Keys(watch), -1
        self.media = watch.reader(f"{self.stem}.ts") if self.form == "ts" else None

    def take(self, text, epoch):
        before, media = self.watch.feed(self.name, text)
        if media is None or epoch != self.watch.epoch:
            return
        self.watch.removed(before, media)
        segments = [s for s in media.segments if s.uri and not s.gap]
        for segment in segments:
            if segment.sequence > self.done_sequence:
                self.done_sequence = segment.sequence
                self.fetch(segment, media, epoch)
        if segments:
            self.watch.fetch(self.viewer, self.watch.random.choice(segments).uri, "L10", epoch, method="HEAD")

    def fetch(self, segment, media, epoch):
        data = self.watch.fetch(self.viewer, segment.uri, "L10", epoch)
        data = self.keys.clear(self.viewer, data, segment.key)
        if data is None or self.media is None:
            return
        self.media.add(Record(
            self.stem, segment.sequence, data, b"", segment.discontinuity, True, segment.duration, segment.date,
            "EXT-X-INDEPENDENT-SEGMENTS" in media.tags))
