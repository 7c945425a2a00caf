"""One low-latency rendition, followed as a player does: blocked requests, delta updates, hints asked for early."""

import queue
import time

from .hls_http import Watch, text_of
from .hls_keys import Keys
from .hls_media import Record
from .hls_validator import edge
from .http1 import BadAnswer

# How long an answer may be held: three target durations, and less than hls.js waits for the first byte.
HELD_SECONDS_MAX = 8.0
FULL_EVERY = 6


class RenditionWatch:
    def __init__(self, watch, name):
        self.watch, self.name, self.stem = watch, name, name.split(".")[0]
        self.report, self.media = watch.report, watch.reader(name.split(".")[0])
        self.viewer, self.fetcher, self.early = watch.new_viewer(), watch.new_viewer(), watch.new_viewer()
        self.tasks, self.hints = queue.Queue(), queue.Queue()
        self.keys = Keys(watch)
        self.pieces, self.open, self.hinted = {}, {}, set()
        self.maps, self.map_of = {}, {}
        self.last_part_at, self.request_count, self.done_sequence = None, 0, -1
        # The last request was answered with a playlist.
        self.is_there = False
        self.runs = [self.follow, self.work, self.ask_early]

    @property
    def is_over(self):
        return self.watch.stopping.is_set()

    # Playlists

    def follow(self):
        media = None
        while not self.is_over:
            try:
                media = self.reload(media)
            except (OSError, BadAnswer) as error:
                self.unreachable(error)
                media, self.last_part_at = None, None
            if media is None or media.ended or not blocks(media):
                self.watch.stopping.wait(0.3)
        self.viewer.close()

    def restarted(self):
        self.is_there = False

    def unreachable(self, error):
        if self.watch.is_down.is_set() or self.is_over:
            return
        epoch = self.watch.epoch
        time.sleep(0.5)
        if epoch == self.watch.epoch and not self.watch.is_down.is_set():
            self.report.add(self.name, "HTTP", f"no answer: {type(error).__name__} {error}")

    def reload(self, media):
        """The playlist after this one; None when there is none yet."""
        wanted = next_part(media) if media and not media.ended and blocks(media) else None
        query = ""
        if wanted:
            query = f"?_HLS_msn={wanted[0]}&_HLS_part={wanted[1]}"
            self.request_count += 1
            query += "" if self.request_count % FULL_EVERY == 0 else "&_HLS_skip=YES"
        since, epoch, clock = time.monotonic(), self.watch.epoch, Watch()
        answer = self.viewer.get(self.watch.prefix + self.name + query, accept_encoding="gzip")
        self.watch.rules.check(self.name + query, answer)
        self.expect(clock.seconds <= HELD_SECONDS_MAX + self.watch.slack, "LL11", f"held for {clock.seconds:.1f} s")
        self.is_there = answer.status in (200, 503) and (self.is_there or answer.status == 200)
        if answer.status != 200:
            self.refused(query, answer, media, since, clock.seconds)
            return media if answer.status == 503 else None
        fresh = self.watch.feed(self.name, text_of(answer))
        if fresh is None or epoch != self.watch.epoch:
            return None
        if wanted and not fresh.ended:
            self.expect(has(fresh, wanted), "LL7", f"{wanted} was asked for, the answer ends at {edge(fresh)}")
        if "_HLS_skip" in query and self.request_count % FULL_EVERY == 1:
            self.compare_full(query, fresh)
        self.take(fresh)
        return fresh

    def expect(self, condition, mark, message):
        return self.report.expect(condition, self.name, mark, message)

    def refused(self, query, answer, media, since, seconds):
        now = time.monotonic()
        self.report.count(f"playlists answered {answer.status}")
        if answer.status == 503 and query:
            self.expect(not self.watch.is_steady(since - 1, now), "LL11",
                        f"503 after {seconds:.1f} s while media came")
            self.watch.stopping.wait(0.2)
            return
        if answer.status == 503:
            return
        # Before a stream begins there is nothing, and after its end nothing is left in the end.
        is_known = media is not None and not media.ended and self.watch.restarted_at < since - 5
        self.expect(answer.status in (404, 410) and not is_known, "LL7", f"{answer.status} to {query or 'no query'}: "
                    f"{answer.body[:120]!r}")
        self.watch.stopping.wait(0.5)

    def compare_full(self, query, merged):
        """The delta update, merged into the copy, is the playlist."""
        query = query.replace("&_HLS_skip=YES", "")
        answer = self.viewer.get(self.watch.prefix + self.name + query)
        if answer.status != 200:
            return
        full = self.watch.feed(self.name, text_of(answer))
        if full is None or (edge(full), full.sequence) != (edge(merged), merged.sequence):
            return
        self.report.count("deltas compared")
        same = [(a, b) for a, b in zip(full.segments, merged.segments) if (a.uri, a.duration) == (b.uri, b.duration)]
        for a, b in same:
            self.expect((a.map, a.date, a.discontinuity, a.key) == (b.map, b.date, b.discontinuity, b.key), "LL12",
                        f"segment {a.sequence} is another in the delta update")
        self.expect(len(full.segments) == len(merged.segments), "LL12", "other segments in the delta update")

    # What is listed

    def take(self, media):
        # Of encrypted segments there are no parts; how soon one must follow the other, the validator knows (L7).
        if blocks(media):
            self.pace(media)
        for segment in media.segments:
            if segment.sequence <= self.done_sequence or segment.is_announced:
                continue
            if segment.sequence not in self.open:
                self.tasks.put(("map", segment.sequence, None, segment.map, self.watch.epoch))
            self.open[segment.sequence] = (segment, media)
            for index, part in enumerate(segment.parts):
                if (segment.sequence, index) not in self.pieces and not part.gap:
                    self.pieces[segment.sequence, index] = None
                    self.tasks.put(("part", segment.sequence, index, part.uri, self.watch.epoch))
            if segment.uri:
                self.done_sequence = segment.sequence
                self.abandon(before=segment.sequence)
                self.tasks.put(("segment", segment.sequence, None, segment.uri, self.watch.epoch))
        for uri in media.hints.values():
            if uri not in self.hinted:
                self.hinted.add(uri)
                self.hints.put((uri, self.watch.epoch))

    def abandon(self, before):
        """Segments that never became whole, because the server died."""
        for sequence in [each for each in self.open if each < before and not self.open[each][0].uri]:
            self.tasks.put(("rest", sequence, None, None, self.watch.epoch))

    def pace(self, media):
        """LL5: a new part comes within a part target of the one before it."""
        now, target = time.monotonic(), float(media.seconds("EXT-X-PART-INF", "PART-TARGET") or 1)
        last = edge(media)
        if self.last_part_at is None or last == self.last_part_at[1]:
            self.last_part_at = self.last_part_at or (now, last)
            return
        since, _ = self.last_part_at
        self.last_part_at = (now, last)
        if self.watch.is_steady(since - 1, now):
            self.watch.part_waits.append(now - since)
            self.expect(now - since <= target + self.watch.slack, "LL5", f"no new part for {now - since:.2f} s")

    # What is fetched

    def work(self):
        while not (self.is_over and self.tasks.empty()):
            try:
                kind, sequence, index, uri, epoch = self.tasks.get(timeout=0.2)
            except queue.Empty:
                continue
            if kind == "map":
                self.maps[uri, epoch] = self.maps.get((uri, epoch)) or self.watch.fetch(self.fetcher, uri, "L10", epoch)
                self.map_of[sequence] = self.maps[uri, epoch]
            elif kind == "part":
                self.pieces[sequence, index] = self.watch.fetch(self.fetcher, uri, "L10", epoch)
            else:
                self.finish(sequence, uri, epoch)
        self.fetcher.close()

    def finish(self, sequence, uri, epoch):
        # What was abandoned is told of again for as long as it waits here.
        segment, media = self.open.pop(sequence, (None, None))
        if segment is None:
            return
        pieces = []
        while self.pieces.get((sequence, len(pieces))) is not None:
            pieces.append(self.pieces[sequence, len(pieces)])
        whole = self.watch.fetch(self.fetcher, uri, "L10", epoch) if uri and not segment.gap else None
        if whole is not None and pieces and len(pieces) == len(segment.parts):
            self.expect(b"".join(pieces) == whole, "LL4", f"the parts of segment {sequence} are not the segment")
            self.report.count("unions of parts compared")
        if whole is not None and segment.bit_rate:
            rate = len(whole) * 8 / float(segment.duration) / 1000
            self.expect(0.9 <= rate / segment.bit_rate <= 1.1, "L19", f"segment {sequence} has {rate:.0f} kbit/s")
        data = self.keys.clear(self.fetcher, whole, segment.key) if whole is not None else b"".join(pieces)
        start = self.keys.clear(self.fetcher, self.map_of.pop(sequence, None), segment.map_key)
        if not data or start is None:
            return
        self.media.add(Record(
            self.stem, sequence, data, start, media.discontinuity_number(segment), whole is not None,
            segment.duration, segment.date, "EXT-X-INDEPENDENT-SEGMENTS" in media.tags,
            [(part.duration, part.independent, piece) for part, piece in zip(segment.parts, pieces)]))
        for index in range(len(segment.parts)):
            self.pieces.pop((sequence, index), None)

    def ask_early(self):
        """A hinted part is answered when it is there, and is then what the playlist lists (LL13)."""
        while not self.is_over:
            try:
                uri, epoch = self.hints.get(timeout=0.2)
            except queue.Empty:
                continue
            since = time.monotonic()
            try:
                answer = self.early.get(self.watch.prefix + uri)
            except (OSError, BadAnswer) as error:
                if self.watch.is_steady(since - 1, time.monotonic()) and epoch == self.watch.epoch:
                    self.expect(False, "LL13", f"no answer to a hint of {uri}: {error}")
                continue
            self.watch.rules.check(uri, answer)
            self.report.count(f"hints answered {answer.status}")
            if answer.status == 200:
                self.watch.same(uri, answer.body)
            else:
                # Its segment may have ended before it.
                self.expect(answer.status in (404, 410, 503), "LL13", f"{answer.status} to the hint of {uri}")
        self.early.close()

    def flush(self):
        """What is left at the end of the watch: a segment that still grows."""
        for sequence in sorted(self.open):
            self.finish(sequence, None, self.watch.epoch)


def blocks(media):
    """Encrypted streams have no parts, and promise nothing."""
    return media.attribute("EXT-X-SERVER-CONTROL", "CAN-BLOCK-RELOAD") == "YES"


def next_part(media):
    """What a player asks for next."""
    last = media.segments[-1] if media.segments else None
    if last is None:
        return None
    if last.is_announced:
        return last.sequence, 0
    return (last.sequence + 1, 0) if last.uri else (last.sequence, len(last.parts))


def has(media, wanted):
    """Whether the playlist goes as far as was asked (LL7)."""
    sequence, part = wanted
    for segment in media.segments:
        if segment.sequence > sequence and (segment.parts or segment.uri):
            return True
        if segment.sequence == sequence and len(segment.parts) > part:
            return True
    return bool(media.segments) and media.sequence > sequence
