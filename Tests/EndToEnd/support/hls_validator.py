"""Watches the playlists of a stream over time and says which rule of HLS a server broke.

The rules are those of draft-pantos-hls-rfc8216bis, §4.4, §6.2 and appendix B, by short marks: L for live playlists,
LL for low latency, KEY for encryption, DSN for discontinuities, PDT for dates, V for versions, M for multivariant playlists. It shares
nothing with the server: the reader of playlists is `hls_playlist`, in the same folder.

As a program it reads JSON from standard input, `{"steps": [{"name", "text", "time"}]}`, prints what was broken, one
line each, and ends with 1 if anything was.
"""

import json
import re
import sys
from fractions import Fraction

if __package__:
    from .hls_playlist import BadPlaylist, Media, is_encrypted, parse_media, parse_multivariant
else:
    from hls_playlist import BadPlaylist, Media, is_encrypted, parse_media, parse_multivariant

VERSION_MAX = 10  # Chromium refuses more.
PART_SHARE_MIN = Fraction(85, 100)


class Validator:
    """One stream. Feed it every playlist in the order of time; `violations` are texts that begin with a mark.

    `fetch(uri)` tells whether a URI, relative to the multivariant playlist, can be had now; without it L10 is not
    looked at.
    """

    def __init__(self, fetch=None):
        self.fetch = fetch
        self.violations = []
        self.streams = {}
        self.multivariant = None

    def feed(self, name, text, time=None):
        try:
            if "#EXT-X-STREAM-INF" in text:
                self.multivariant = parse_multivariant(text)
                self.check_multivariant(self.multivariant)
            else:
                self.feed_media(name, parse_media(text), time)
        except (BadPlaylist, KeyError, ValueError) as error:
            mark = re.match(r"(LL\d+|PDT|KEY): ", str(error))
            self.violations.append(f"{name}: {'' if mark else 'syntax: '}{error}")

    def expect(self, condition, name, mark, message):
        if not condition:
            self.violations.append(f"{name}: {mark}: {message}")

    # Multivariant playlists

    def check_multivariant(self, playlist):
        groups = {media.get("GROUP-ID") for media in playlist.media}
        ranges = {inf.get("VIDEO-RANGE") for _, inf in playlist.variants if "RESOLUTION" in inf}
        self.expect(None not in ranges or len(ranges) == 1, "index", "M3", "VIDEO-RANGE on some variants only")
        for uri, inf in playlist.variants:
            for required in ("BANDWIDTH", "AVERAGE-BANDWIDTH", "CODECS"):
                self.expect(required in inf, uri, "M1", f"no {required}")
            self.expect(inf.get("AUDIO") in groups | {None}, uri, "M2", "AUDIO names no group")
            rate = inf.get("FRAME-RATE")
            self.expect(rate is None or re.fullmatch(r"\d+\.\d{3}", rate), uri, "M4", "FRAME-RATE has not 3 decimals")
            self.expect(int(inf.get("AVERAGE-BANDWIDTH", 0)) <= int(inf.get("BANDWIDTH", 0)), uri, "M5",
                        "the average is above the peak")
        for media in playlist.media:
            needed = {"TYPE", "GROUP-ID", "NAME", "LANGUAGE"} - media.keys()
            self.expect(not needed, "index", "M2", f"EXT-X-MEDIA lacks {sorted(needed)}")
            self.expect(media.get("DEFAULT") != "YES" or media.get("AUTOSELECT", "YES") == "YES", "index", "M2",
                        "DEFAULT without AUTOSELECT")

    # Media playlists

    def feed_media(self, name, media, time):
        old = self.streams.get(name)
        if media.skipped:
            media = self.merge(name, old[0] if old else None, media)
            if media is None:
                return
        self.check_head(name, media)
        self.check_segments(name, media)
        self.check_keys(name, media)
        if media.attribute("EXT-X-PART-INF", "PART-TARGET"):
            self.check_parts(name, media)
        if old:
            self.check_change(name, old[0], media)
            self.check_pace(name, old, media, time)
        self.check_siblings(name, media)
        self.check_available(name, media)
        grew = not old or edge(old[0])[0] != edge(media)[0]
        self.streams[name] = (media, time if grew else old[1])

    def merge(self, name, old, delta):
        """The full playlist that a delta update stands for (LL12)."""
        boundary = delta.seconds("EXT-X-SERVER-CONTROL", "CAN-SKIP-UNTIL")
        self.expect(old is not None and boundary is not None, name, "LL12", "a delta without a copy or CAN-SKIP-UNTIL")
        self.expect(delta.tags.get("EXT-X-VERSION", 1) >= 9, name, "V", "EXT-X-SKIP needs version 9")
        if old is None or boundary is None:
            return None
        first, count = delta.sequence, delta.skipped
        known = [s for s in old.segments if first <= s.sequence < first + count and s.uri]
        self.expect(len(known) == count, name, "LL12", "skips segments that the client does not have")
        left = sum((s.duration for s in delta.segments if s.uri), Fraction(0))
        self.expect(left >= boundary, name, "LL12", "skips segments after the skip boundary")
        self.expect(old.discontinuity_sequence + left_tags(old, first) == delta.discontinuity_sequence, name, "LL12",
                    "another discontinuity sequence than the copy has")
        maps, keys = (known[-1].map, known[-1].key) if known else (None, None)
        for segment in delta.segments:
            segment.map = maps = segment.map or maps
            segment.key = keys = segment.key or keys
        tags = {key: value for key, value in delta.tags.items() if key != "EXT-X-SKIP"}
        return Media(tags, known + delta.segments, 0, delta.hints, delta.reports)

    def check_head(self, name, media):
        version = media.tags.get("EXT-X-VERSION", 1)
        needed = 6 if any(s.map for s in media.segments) else 3
        self.expect(needed <= version <= VERSION_MAX, name, "V", f"version {version}, {needed} is needed")
        self.expect(media.target >= 1, name, "L1", "TARGETDURATION is 0")
        self.expect("EXT-X-MEDIA-SEQUENCE" in media.tags, name, "L4", "no EXT-X-MEDIA-SEQUENCE")
        self.expect("EXT-X-DISCONTINUITY-SEQUENCE" in media.tags, name, "DSN", "no EXT-X-DISCONTINUITY-SEQUENCE")
        hold = media.seconds("EXT-X-SERVER-CONTROL", "HOLD-BACK")
        self.expect(hold is None or hold >= 3 * media.target, name, "L17", "HOLD-BACK below 3 target durations")
        skip = media.seconds("EXT-X-SERVER-CONTROL", "CAN-SKIP-UNTIL")
        self.expect(skip is None or skip >= 6 * media.target, name, "LL12", "CAN-SKIP-UNTIL below 6 target durations")
        self.expect(not (media.ended and media.hints), name, "L12", "a hint after the end")
        kind = media.tags.get("EXT-X-PLAYLIST-TYPE")
        self.expect(kind in (None, "EVENT", "VOD"), name, "L11", f"PLAYLIST-TYPE {kind}")
        self.expect(kind != "VOD" or media.ended, name, "L12", "VOD without ENDLIST")

    def check_segments(self, name, media):
        date = None
        for segment in media.segments:
            at = f"segment {segment.sequence}"
            self.expect(segment.date is not None, name, "PDT", f"{at} has no date")
            if segment.date and date and not segment.discontinuity:
                self.expect(segment.date > date, name, "PDT", f"{at} is not later than the one before")
            date = segment.date or date
            uri = segment.uri or ""
            self.expect(not uri or re.fullmatch(r"[A-Za-z0-9./_-]+\.(m4s|mp4|ts)", uri), name, "URI", f"{uri} of {at}")
            self.expect(not uri.startswith(("/", ".")), name, "URI", f"{uri} is not below the playlist")
            self.expect(segment.map or not uri.endswith(".m4s"), name, "MAP", f"{at} has no EXT-X-MAP")
            if segment.duration is None:
                continue
            self.expect(int(segment.duration + Fraction(1, 2)) <= media.target, name, "L1", f"{at} is too long")
            if segment.parts:
                total = sum(p.duration for p in segment.parts)
                self.expect(total <= segment.duration, name, "L2", f"the parts of {at} are longer than it")

    def check_keys(self, name, media):
        """Segments are encrypted whole, each from a beginning of its own; keys follow one another by their numbers."""
        seen, last = set(), -1
        for segment in media.segments:
            if not is_encrypted(segment.key):
                continue
            at = f"segment {segment.sequence}"
            _, uri, vector = segment.key
            number = re.fullmatch(r"key\.(0|[1-9]\d*)\.bin", uri)
            self.expect(number, name, "KEY", f"{uri} of {at}")
            self.expect((uri, vector) not in seen, name, "KEY", f"{at} has key and IV of another segment")
            self.expect(number is None or int(number[1]) >= last, name, "KEY", f"the key of {at} is older than the last")
            self.expect(not segment.parts, name, "KEY", f"{at} is encrypted and has parts")
            seen.add((uri, vector))
            last = int(number[1]) if number else last
        has_parts = "EXT-X-PART-INF" in media.tags or media.hints
        self.expect(not (seen and has_parts), name, "KEY", "parts are promised of encrypted segments")

    def check_parts(self, name, media):
        target = media.seconds("EXT-X-PART-INF", "PART-TARGET")
        hold = media.seconds("EXT-X-SERVER-CONTROL", "PART-HOLD-BACK")
        self.expect(hold is not None and hold >= 3 * target, name, "LL1", "PART-HOLD-BACK below 3 part targets")
        left = Fraction(0)
        for segment in reversed(media.segments):
            self.expect(not segment.parts or left < 3 * media.target, name, "LL6",
                        f"segment {segment.sequence} still has parts")
            left += segment.duration or sum((p.duration for p in segment.parts), Fraction(0))
        for segment in media.segments:
            independent = [part for part in segment.parts if part.independent]
            if segment.uri and segment.parts and "EXT-X-INDEPENDENT-SEGMENTS" in media.tags:
                self.expect(independent, name, "LL3", f"no part of segment {segment.sequence} is independent")
            for index, part in enumerate(segment.parts):
                at = f"part {index} of segment {segment.sequence}"
                self.expect(part.duration <= target, name, "LL2", f"{at} is too long")
                # The last one of a segment may be short; of one that grows, nobody knows which that will be.
                is_free = part.independent or part.gap or part is segment.parts[-1]
                is_short = part.duration < target * PART_SHARE_MIN
                self.expect(is_free or not is_short, name, "LL2", f"{at} is too short")
        self.expect(media.ended or "PART" in media.hints, name, "LL13", "no hint of the next part")
        listed = {part.uri for segment in media.segments for part in segment.parts}
        self.expect(media.hints.get("PART") not in listed, name, "LL13", "the hint is of a part that is there")

    # What changes

    def check_change(self, name, old, new):
        self.expect(new.target == old.target, name, "L1", "TARGETDURATION changed")
        for tag in ("EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-PLAYLIST-TYPE"):
            self.expect(new.tags.get(tag) == old.tags.get(tag), name, "L5", f"{tag} changed")
        self.expect(new.sequence >= old.sequence, name, "L4", "MEDIA-SEQUENCE went back")
        self.expect(not old.ended or new.ended, name, "L12", "ENDLIST was taken back")
        self.expect(edge(new) >= edge(old), name, "L5", "segments or parts were taken back at the end")
        if new.tags.get("EXT-X-PLAYLIST-TYPE"):
            self.expect(new.sequence == old.sequence, name, "L11", "an EVENT removed segments")
        due = old.discontinuity_sequence + left_tags(old, new.sequence)
        if new.sequence <= old.sequence + len(old.segments):
            self.expect(new.discontinuity_sequence == due, name, "DSN", f"{new.discontinuity_sequence}, not {due}")
        self.expect(new.discontinuity_sequence >= old.discontinuity_sequence, name, "DSN", "it went back")
        removed = new.sequence > old.sequence
        left = sum((s.duration for s in new.segments if s.duration), Fraction(0))
        self.expect(not removed or left >= 3 * new.target, name, "L8", "removed down to less than 3 target durations")
        known = {segment.sequence: segment for segment in old.segments}
        for segment in new.segments:
            if segment.sequence in known:
                self.check_same(name, known[segment.sequence], segment)
        hinted = old.hints.get("PART")
        added = [p.uri for s in new.segments for p in s.parts if s.sequence >= edge(old)[0]]
        seen = {p.uri for s in old.segments for p in s.parts}
        fresh = [uri for uri in added if uri not in seen]
        same_segment = bool(fresh) and new.segments[-1].sequence == old.segments[-1].sequence
        if hinted and same_segment:
            self.expect(fresh[0] == hinted, name, "LL13", f"{fresh[0]} came, {hinted} was hinted")

    def check_same(self, name, old, new):
        at = f"segment {new.sequence}"
        self.expect(old.uri in (None, new.uri), name, "L6", f"{at} has another URI")
        self.expect(old.duration in (None, new.duration), name, "L5", f"{at} has another duration")
        self.expect(old.discontinuity == new.discontinuity, name, "L5", f"{at} has another EXT-X-DISCONTINUITY")
        self.expect(old.date == new.date, name, "L5", f"{at} has another date")
        self.expect(old.map == new.map, name, "L5", f"{at} has another EXT-X-MAP")
        is_same_key = old.key == new.key or not (is_encrypted(old.key) or is_encrypted(new.key))
        self.expect(is_same_key, name, "KEY", f"{at} has another EXT-X-KEY")
        count = min(len(old.parts), len(new.parts))
        self.expect(old.parts[:count] == new.parts[:count], name, "L5", f"{at} has other parts")
        self.expect(not new.parts or len(new.parts) >= len(old.parts), name, "L5", f"{at} lost some of its parts")

    def check_pace(self, name, old, new, time):
        before = old[1]
        if time is None or before is None or new.ended or edge(old[0])[0] == edge(new)[0]:
            return
        self.expect(time - before <= 1.5 * new.target + 1e-6, name, "L7", "no new segment for 1.5 target durations")

    # What belongs together

    def check_siblings(self, name, media):
        for other, (there, _) in self.streams.items():
            if other == name or form_of(other) != form_of(name):
                continue
            self.expect(media.target == there.target, name, "M6", f"another target duration than {other}")
            here, control = media.tags.get("EXT-X-SERVER-CONTROL"), there.tags.get("EXT-X-SERVER-CONTROL")
            self.expect(here == control, name, "M6", f"another SERVER-CONTROL than {other}")
        if not media.attribute("EXT-X-PART-INF", "PART-TARGET") or self.multivariant is None:
            return
        others = {uri for uri, _ in self.multivariant.variants}
        others |= {rendition["URI"] for rendition in self.multivariant.media if "URI" in rendition}
        missing = others - {name} - media.reports.keys()
        self.expect(not missing, name, "LL14", f"no report of {sorted(missing)}")
        for uri, reported in media.reports.items():
            last = edge(self.streams[uri][0]) if uri in self.streams else reported
            self.expect(reported >= last, name, "LL14", f"{uri} is reported older than it was seen")

    def check_available(self, name, media):
        if self.fetch is None:
            return
        uris = {s.uri for s in media.segments if s.uri and not s.gap} | {s.map for s in media.segments if s.map}
        uris |= {p.uri for s in media.segments for p in s.parts if not p.gap}
        uris |= {s.key[1] for s in media.segments if is_encrypted(s.key)}
        for uri in sorted(uris):
            self.expect(self.fetch(uri), name, "L10", f"{uri} is listed and cannot be had")


def edge(media):
    """The last segment with anything in it, and its last part."""
    last = media.segments[-1] if media.segments else None
    if last is None:
        return (media.sequence - 1, 0)
    return (last.sequence, len(last.parts) - 1 if last.parts else 0)


def left_tags(old, first):
    return sum(1 for s in old.segments if s.sequence < first and s.discontinuity)


def form_of(name):
    return name.split(".")[1:]


def main():
    validator = Validator()
    for step in json.load(sys.stdin)["steps"]:
        validator.feed(step["name"], step["text"], step.get("time"))
    for violation in validator.violations:
        print(violation)
    return 1 if validator.violations else 0


if __name__ == "__main__":
    sys.exit(main())
