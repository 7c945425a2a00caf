"""Requests that players and caches make now and then, and those that nobody should make: each has one right answer."""

import gzip
import time

from .hls_follow import blocks
from .hls_http import Watch, max_age, text_of
from .hls_playlist import BadPlaylist, parse_media
from .hls_validator import edge
from .http1 import BadAnswer

PROBE_SECONDS = 0.4
AT_ONCE_SECONDS = 1.0


class Prober:
    """Calls its methods that begin with `probe_` one after another, in an order by chance."""

    def __init__(self, watch):
        self.watch, self.report, self.prefix = watch, watch.report, watch.prefix
        self.viewer = watch.new_viewer()
        self.left = self.all()

    def run(self):
        while not self.watch.stopping.wait(PROBE_SECONDS):
            epoch = self.watch.epoch
            try:
                self.check_later(epoch)
                if self.watch.is_down.is_set() or not self.low_latency_names():
                    continue
                name = self.watch.random.choice(self.low_latency_names())
                media = self.watch.validator.streams[name][0]
                if epoch == self.watch.epoch and media.segments:
                    self.next_probe()(name, media)
                    self.report.count("probes")
            except (OSError, BadAnswer, BadPlaylist) as error:
                if epoch == self.watch.epoch and not self.watch.is_down.is_set() and not self.watch.stopping.wait(0.5):
                    if not self.watch.is_down.is_set() and epoch == self.watch.epoch:
                        self.report.add("probe", "HTTP", f"no answer: {type(error).__name__} {error}")
        self.viewer.close()

    def all(self):
        probes = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("probe_")]
        self.watch.random.shuffle(probes)
        return probes

    def next_probe(self):
        self.left = self.left or self.all()
        return self.left.pop()

    def low_latency_names(self):
        with self.watch.lock:
            return [name for name, each in self.watch.renditions.items()
                    if getattr(each, "is_there", False) and blocks(self.watch.validator.streams[name][0])]

    def get(self, uri, method="GET", checks=True, **fields):
        answer = self.viewer.get(self.prefix + uri, method, **fields)
        if checks:
            self.watch.rules.check(uri, answer, method)
        return answer

    def expect(self, condition, name, mark, message):
        return self.report.expect(condition, name, mark, message)

    def check_later(self, epoch):
        """L9: what left the playlist is still there."""
        while (due := self.watch.next_later()) is not None:
            _, latest, uri, mark, epoch = due
            if time.monotonic() > latest:
                # Other probes have waited for answers meanwhile.
                self.report.count("removed and asked for too late")
            elif self.watch.fetch(self.viewer, uri, mark, epoch) is not None:
                self.report.count("removed and still there")

    def a_segment(self, media):
        whole = [segment for segment in media.segments if segment.uri and not segment.gap]
        return self.watch.random.choice(whole) if whole else None

    # HTTP

    def probe_head(self, name, media):
        segment = self.a_segment(media)
        for uri in filter(None, (segment and segment.uri, media.segments[0].map)):
            whole, head = self.get(uri), self.get(uri, "HEAD")
            for field in ("content-length", "content-type", "etag", "cache-control", "vary", "accept-ranges"):
                self.expect(whole.fields.get(field) == head.fields.get(field), uri, "H8",
                            f"{field}: HEAD {head.fields.get(field)}, GET {whole.fields.get(field)}")
            self.expect(head.status == whole.status, uri, "H8", f"HEAD {head.status}, GET {whole.status}")
        head = self.get(name, "HEAD")
        self.expect(head.status == 200, name, "H8", f"HEAD {head.status}")

    def probe_range(self, name, media):
        segment = self.a_segment(media)
        if segment is None:
            return
        uri = segment.uri
        whole = self.get(uri).body
        first = self.watch.random.randrange(len(whole))
        last = self.watch.random.randrange(first, len(whole))
        for text, start, end in ((f"{first}-{last}", first, last), (f"{first}-", first, len(whole) - 1),
                                 (f"-{len(whole) - first}", first, len(whole) - 1),
                                 (f"{first}-9007199254740991", first, len(whole) - 1)):
            answer = self.get(uri, range=f"bytes={text}")
            said = answer.fields.get("content-range")
            self.expect(answer.status == 206, uri, "H9", f"{answer.status} to bytes={text}")
            self.expect(said == f"bytes {start}-{end}/{len(whole)}", uri, "H9", f"Content-Range {said} to {text}")
            self.expect(answer.body == whole[start:end + 1], uri, "H9", f"other bytes for bytes={text}")
        answer = self.get(uri, range=f"bytes={len(whole)}-")
        self.expect(answer.status == 416, uri, "H9", f"{answer.status} to a range after the end")
        self.expect(answer.fields.get("content-range") == f"bytes */{len(whole)}", uri, "H9", "416 without the length")
        answer = self.get(uri, range="bytes=0-")
        self.expect(answer.status in (200, 206) and answer.body == whole, uri, "H9", f"{answer.status} to bytes=0-")

    def probe_playlist_range(self, name, media):
        for fields in ({}, {"accept_encoding": "gzip"}):
            answer = self.get(name, range="bytes=0-", **fields)
            self.expect(answer.status == 200, name, "H10", f"{answer.status} to bytes=0- of a playlist")
            if answer.status == 200:
                parse_media(text_of(answer))

    def probe_gzip(self, name, media):
        for accepted, wanted in (("gzip", True), ("gzip, deflate, br", True), ("identity", False),
                                 ("gzip;q=0", False), ("gzip, identity;q=1, *;q=0", True)):
            answer = self.get(name, accept_encoding=accepted)
            encoding = answer.fields.get("content-encoding")
            if answer.status != 200:
                return
            self.expect(encoding == ("gzip" if wanted else None), name, "L15", f"{encoding} for {accepted!r}")
            parse_media(gzip.decompress(answer.body).decode() if encoding == "gzip" else answer.body.decode())

    def probe_conditional(self, name, media):
        segment = self.a_segment(media)
        for uri in filter(None, (segment and segment.uri, media.segments[0].map)):
            tag = self.get(uri).fields.get("etag")
            if not tag:
                continue
            answer = self.get(uri, if_none_match=tag)
            self.expect(answer.status == 304, uri, "H6", f"{answer.status} to its own ETag")
            self.expect(answer.fields.get("etag") == tag, uri, "H6", "another ETag in the 304")
            answer = self.get(uri, if_none_match='"something-else"')
            self.expect(answer.status == 200, uri, "H6", f"{answer.status} to another ETag")

    def probe_options(self, name, media):
        answer = self.get(name, "OPTIONS", origin="https://example.org", access_control_request_method="GET",
                          access_control_request_headers="range")
        self.expect(answer.status in (200, 204), name, "H3", f"{answer.status} to OPTIONS")
        self.expect("range" in answer.fields.get("access-control-allow-headers", "").lower(), name, "H3",
                    "Range is not allowed")
        self.expect("access-control-max-age" in answer.fields, name, "H3", "no Access-Control-Max-Age")

    def probe_post(self, name, media):
        answer = self.get(name, "POST", checks=False, content_length="0")
        self.expect(answer.status == 405, name, "H11", f"{answer.status} to POST")

    # What does not exist

    def probe_unknown(self, name, media):
        stem, last = name.split(".")[0], edge(media)[0]
        for uri in (f"{stem}/{last + 1000}.m4s", f"{stem}/{last + 5}.0.m4s", f"{stem}/0{last}.m4s", f"{stem}/init.mp4",
                    f"{stem}/init.999999.mp4", "other.m3u8", "v99.m3u8", f"{stem}/{last}.m4s/", f"{stem}/-1.m4s",
                    f"{stem}/{last}.M4S", f"{stem}/", "", "index.m3u9"):
            clock = Watch()
            answer = self.get(uri)
            self.expect(answer.status in (404, 410), uri, "L29", f"{answer.status} for what does not exist")
            self.expect(clock.seconds < AT_ONCE_SECONDS + self.watch.slack, uri, "L29", "held")
            self.expect((max_age(answer) or 0) <= 1.0 * media.target, uri, "LL16", "404 kept for long")
        answer = self.get(f"{stem}/..%2f{stem}/{last}.m4s", checks=False)
        self.expect(answer.status in (400, 404), name, "L29", f"{answer.status} to a path with an encoded slash")

    # Delivery directives

    def ask(self, name, query):
        clock = Watch()
        answer = self.get(f"{name}?{query}")
        return answer, clock.seconds

    def refused(self, name, query, mark):
        answer, seconds = self.ask(name, query)
        if self.has_ended(name):
            return
        self.expect(answer.status == 400, name, mark, f"{answer.status} to {query}")
        self.expect(seconds < AT_ONCE_SECONDS + self.watch.slack, name, mark, f"{query} was held for {seconds:.1f} s")

    def has_ended(self, name):
        """Asked anew: it may have ended, or begun again, a moment ago."""
        answer = self.get(name)
        return answer.status != 200 or parse_media(text_of(answer)).ended

    def answered(self, name, query, mark):
        known = self.watch.validator.streams.get(name, (None,))[0]
        answer, seconds = self.ask(name, query)
        self.expect(answer.status == 200, name, mark, f"{answer.status} to {query}")
        fresh = parse_media(text_of(answer)) if answer.status == 200 else None
        # Whoever asks between the end of a show and the first segment of the next waits for that.
        begins = known is not None and known.ended and fresh is not None and not fresh.ended
        self.expect(begins or seconds < AT_ONCE_SECONDS + self.watch.slack, name, mark,
                    f"{query} was held for {seconds:.1f} s")
        return fresh

    def probe_part_alone(self, name, media):
        self.refused(name, "_HLS_part=0", "LL10")

    def probe_malformed(self, name, media):
        for query in ("_HLS_msn=", "_HLS_msn=x", "_HLS_msn=-1", "_HLS_msn=1&_HLS_msn=1", "_HLS_msn=1.0",
                      f"_HLS_msn={edge(media)[0]}&_HLS_part=x"):
            self.refused(name, query, "LL9")

    def probe_too_far(self, name, media):
        whole = [segment.sequence for segment in media.segments if segment.uri]
        # Far enough to be too far after the two segments that may be made meanwhile, too.
        for ahead in (5, 1000, 1 << 62, 1 << 70):
            self.refused(name, f"_HLS_msn={(whole or [media.sequence - 1])[-1] + ahead}", "LL9")
        # Once that segment is whole, the five hundredth part is the first of the next.
        self.refused_beyond(name, lambda last: f"_HLS_msn={last + 1}&_HLS_part=500")

    def probe_three_ahead(self, name, media):
        """Exactly one more than is allowed."""
        self.refused_beyond(name, lambda last: f"_HLS_msn={last + 3}")

    def refused_beyond(self, name, query):
        """400 to what is asked by the last whole segment, unless that is another one by then."""
        before = self.last_whole_of(name)
        answer, _ = self.ask(name, query(before)) if before is not None else (None, 0)
        if answer and self.last_whole_of(name) == before and not self.has_ended(name):
            self.expect(answer.status == 400, name, "LL9", f"{answer.status} to {query(before)}")

    def last_whole_of(self, name):
        answer = self.get(name)
        return last_whole(parse_media(text_of(answer))) if answer.status == 200 else None

    def probe_old(self, name, media):
        """Older than the window too: the whole playlist, at once."""
        for query in ("_HLS_msn=0", f"_HLS_msn={max(media.sequence - 1, 0)}", f"_HLS_msn={media.sequence}&_HLS_part=0",
                      "_HLS_msn=0&_HLS_part=3", f"_HLS_msn={last_whole(media)}"):
            self.answered(name, query, "LL7")

    def probe_past_the_end(self, name, media):
        """A part after the last of a segment is the first of the next (LL7)."""
        pairs = zip(media.segments, media.segments[1:])
        whole = [(a, b) for a, b in pairs if a.uri and a.parts and (b.parts or b.uri)]
        if whole and not media.ended:
            segment = whole[-1][0]
            self.answered(name, f"_HLS_msn={segment.sequence}&_HLS_part={len(segment.parts)}", "LL7")

    def probe_unknown_directive(self, name, media):
        for query in ("_HLS_other=1", "x=1&_HLS_skip=NO", "token=abc"):
            fresh = self.answered(name, query, "LL8")
            self.expect(fresh is None or not fresh.skipped, name, "LL8", f"a delta update for {query}")

    def probe_delta(self, name, media):
        for query in ("_HLS_skip=YES", "_HLS_skip=v2"):
            delta = self.answered(name, query, "LL12")
            if delta is None or delta.ended:
                return
            boundary = delta.seconds("EXT-X-SERVER-CONTROL", "CAN-SKIP-UNTIL")
            # What skips nothing is the whole playlist, of now and not of when it was last looked at.
            total = float(sum(s.duration for s in delta.segments if s.duration))
            if boundary is not None and total > float(boundary) + 2 * delta.target:
                self.expect(delta.skipped, name, "LL12", f"{query} of {total:.0f} s skips nothing")

    def probe_other_forms(self, name, media):
        """Directives are ignored where nothing is promised."""
        stem = name.split(".")[0]
        for form in self.watch.forms:
            other = f"{stem}.{form}.m3u8"
            known = self.watch.validator.streams.get(other)
            is_there = getattr(self.watch.renditions.get(other), "status", None) in (200, 304)
            # One that begins anew waits for enough to begin with.
            if is_there and known and not known[0].ended and known[0].sequence <= edge(media)[0]:
                self.answered(f"{stem}.{form}.m3u8", f"_HLS_msn={edge(media)[0] + 1}&_HLS_part=1", "LL8")

    def probe_ended(self, name, media):
        """After the end directives are ignored (LL8, L12)."""
        if media.ended:
            for query in (f"_HLS_msn={edge(media)[0] + 7}", "_HLS_part=1", "_HLS_skip=YES"):
                answer, seconds = self.ask(name, query)
                now = self.get(name)
                if now.status != 200 or not parse_media(text_of(now)).ended:
                    return
                self.expect(answer.status in (200, 404, 410), name, "L12", f"{answer.status} to {query} after the end")
                self.expect(seconds < AT_ONCE_SECONDS + self.watch.slack, name, "L12", "held after the end")


def last_whole(media):
    return max((segment.sequence for segment in media.segments if segment.uri), default=media.sequence - 1)
