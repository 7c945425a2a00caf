"""Watches the playlists of a stream over time and says which rule of HLS a server broke.

The rules are those of draft-pantos-hls-rfc8216bis, §4.4, §6.2 and appendix B, by short marks: L for live playlists,
LL for low latency, DSN for discontinuities, PDT for dates, V for versions, M for multivariant playlists. It shares
nothing with the server: the reader of playlists is `hls_playlist`, in the same folder.

As a program it reads JSON from standard input, `{"steps": [{"name", "text", "time"}]}`, prints what was broken, one
line each, and ends with 1 if anything was.
"""

import json
import re
import sys
from fractions import Fraction

if __package__:
    from .hls_multivariant import MultivariantRules
    from .hls_playlist import UNSAID, BadPlaylist, Media, parse_media, parse_multivariant
else:
    from hls_multivariant import MultivariantRules
    from hls_playlist import UNSAID, BadPlaylist, Media, parse_media, parse_multivariant

VERSION_MAX = 10  # Chromium refuses more.
PART_SHARE_MIN = Fraction(85, 100)
# What Apple asks of a live playlist that has been going on for long enough (AAS 8.11).
SEGMENT_COUNT_MIN = 6
OVERTAKING_SECONDS = 0.4
# Forms of a playlist that are there to stay, by the label within their names.
KEPT_FORMS = (["event", "m3u8"], ["vod", "m3u8"])


class Validator(MultivariantRules):
    """One stream. Feed it every playlist in the order of time; `violations` are texts that begin with a mark.

    `fetch(uri)` tells whether a URI, relative to the multivariant playlist, can be had now; without it L10 is not
    looked at. `is_steady(since, until)` tells whether media were published all the time, so that a new segment is due.
    """

    def __init__(self, fetch=None, is_steady=None):
        self.fetch = fetch
        # Whoever reads the media knows of segments without any picture, which no part of need be independent.
        self.reads_media = False
        self.is_steady = is_steady or (lambda since, until: True)
        self.violations = []
        self.streams = {}
        self.multivariant = None
        self.may_begin_anew = set()
        # How far each playlist was seen to go, and when.
        self.seen = {}

    def restarted(self):
        """The server was started anew: what it had in memory is gone, its numbers go on."""
        self.may_begin_anew = set(self.streams)
        self.seen.clear()

    def feed(self, name, text, time=None):
        try:
            if name.startswith("index.") or "#EXT-X-STREAM-INF" in text:
                playlist = parse_multivariant(text)
                self.check_multivariant(playlist)
                # The low-latency form is the one whose playlists report of each other.
                if form_of(name) == ["m3u8"]:
                    self.multivariant = playlist
            else:
                self.feed_media(name, parse_media(text), time)
        except (BadPlaylist, KeyError, ValueError) as error:
            mark = re.match(r"(LL\d+|PDT|K\d+): ", str(error))
            self.violations.append(f"{name}: {'' if mark else 'syntax: '}{error}")

    def expect(self, condition, name, mark, message):
        if not condition:
            self.violations.append(f"{name}: {mark}: {message}")

    # Media playlists

    def feed_media(self, name, media, time):
        old = self.streams.get(name)
        self.is_delta = media.skipped > 0
        if self.is_delta:
            media = self.merge(name, old[0] if old else None, media)
            if media is None:
                return
        self.check_head(name, media)
        self.check_segments(name, media)
        if media.attribute("EXT-X-PART-INF", "PART-TARGET"):
            self.check_parts(name, media)
        else:
            self.expect(not any(s.parts for s in media.segments), name, "LL1", "parts without EXT-X-PART-INF")
        if old:
            self.check_change(name, old[0], media)
            self.check_pace(name, old, media, time)
        self.check_siblings(name, media, time)
        self.seen.setdefault(name, []).append((time, edge(media)))
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
        last = known[-1] if known else None
        maps, map_key, key = (last.map, last.map_key, last.key) if last else (None, None, None)
        for segment in delta.segments:
            segment.key = key = key if segment.key is UNSAID else segment.key
            segment.map_key = map_key = map_key if segment.map is None else segment.map_key or None
            segment.map = maps = segment.map or maps
        tags = {key: value for key, value in delta.tags.items() if key != "EXT-X-SKIP"}
        return Media(tags, known + delta.segments, 0, delta.hints, delta.reports, delta.date_ranges)

    def check_head(self, name, media):
        version = media.tags.get("EXT-X-VERSION", 1)
        needed = 6 if any(s.map for s in media.segments) else 3
        self.expect(needed <= version <= VERSION_MAX, name, "V", f"version {version}, {needed} is needed")
        wanted = 9 if self.is_delta else 6 if media.segments and media.segments[0].map else version
        self.expect(version <= wanted, name, "V", f"version {version}, {wanted} is enough")
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
        self.expect(kind is None or form_of(name) in KEPT_FORMS, name, "L11", f"PLAYLIST-TYPE {kind} on a live window")
        self.expect("EXT-X-I-FRAMES-ONLY" not in media.tags, name, "L5", "EXT-X-I-FRAMES-ONLY")
        offset = media.attribute("EXT-X-START", "TIME-OFFSET")
        self.expect(offset is None or float(offset) <= -3 * media.target or media.ended, name, "L18",
                    "EXT-X-START within 3 target durations of the end")
        for each in media.date_ranges:
            self.check_date_range(name, media, each)
        self.expect(kind != "VOD" or media.ended, name, "L12", "VOD without ENDLIST")

    def check_segments(self, name, media):
        date = None
        for segment in media.segments:
            at = f"segment {segment.sequence}"
            is_last = segment is media.segments[-1]
            self.expect(segment.date or segment.is_announced and is_last, name, "PDT", f"{at} has no date")
            if segment.date and date and not segment.discontinuity:
                self.expect(segment.date > date, name, "PDT", f"{at} is not later than the one before")
            elif segment.date and date:
                self.expect((date - segment.date).total_seconds() < 1, name, "PDT", f"{at} goes back by a second")
            date = segment.date or date
            uri = segment.uri or ""
            self.expect(not uri or re.fullmatch(r"[A-Za-z0-9./_-]+\.(m4s|mp4|ts)", uri), name, "URI", f"{uri} of {at}")
            self.expect(not uri.startswith(("/", ".")), name, "URI", f"{uri} is not below the playlist")
            self.expect(segment.map or not uri.endswith(".m4s"), name, "MAP", f"{at} has no EXT-X-MAP")
            self.check_key(name, segment, at)
            if segment.duration is None:
                continue
            self.expect(int(segment.duration + Fraction(1, 2)) <= media.target, name, "L1", f"{at} is too long")
            if segment.parts:
                total = sum(p.duration for p in segment.parts)
                self.expect(total <= segment.duration, name, "L2", f"the parts of {at} are longer than it")
        self.check_head_of_names(name, media)

    def check_head_of_names(self, name, media):
        """One container in one playlist, and one name for one thing."""
        uris = [s.uri for s in media.segments if s.uri] + [p.uri for s in media.segments for p in s.parts]
        self.expect(len(set(uris)) == len(uris), name, "L6", "one URI twice")
        kinds = {uri.rsplit(".", 1)[-1] for uri in uris}
        self.expect(len(kinds) <= 1, name, "DSN", f"{sorted(kinds)} in one playlist")

    def check_key(self, name, segment, at):
        for key in filter(None, (segment.key, segment.map_key)):
            uri = key["URI"]
            self.expect(not re.match(r"[a-z]+:|/", uri), name, "URI", f"{uri} of the key is not below the playlist")
        self.expect(not segment.map_key or segment.map_key.get("IV"), name, "K3",
                    f"the map of {at} is encrypted and has no IV")
        self.expect(not segment.key or segment.key.get("IV"), name, "K2", f"{at} is encrypted without an IV of its own")
        self.expect(not segment.key or not segment.parts, name, "K4", f"{at} is encrypted and has parts")

    def check_date_range(self, name, media, each):
        self.expect({"ID", "START-DATE"} <= each.keys(), name, "DR", "EXT-X-DATERANGE without ID or START-DATE")
        self.expect(any(s.date for s in media.segments), name, "DR", "EXT-X-DATERANGE without a date of any segment")
        if each.get("END-ON-NEXT"):
            free = not {"DURATION", "END-DATE"} & each.keys()
            self.expect("CLASS" in each and free, name, "DR", "END-ON-NEXT without CLASS, or with an end")

    def check_parts(self, name, media):
        target = media.seconds("EXT-X-PART-INF", "PART-TARGET")
        hold = media.seconds("EXT-X-SERVER-CONTROL", "PART-HOLD-BACK")
        self.expect(media.attribute("EXT-X-SERVER-CONTROL", "CAN-BLOCK-RELOAD") == "YES", name, "LL7",
                    "no CAN-BLOCK-RELOAD")
        self.expect(hold is not None and hold >= 3 * target, name, "LL1", "PART-HOLD-BACK below 3 part targets")
        left = Fraction(0)
        for segment in reversed(media.segments):
            self.expect(not segment.parts or left < 3 * media.target, name, "LL6",
                        f"segment {segment.sequence} still has parts")
            left += segment.duration or sum((p.duration for p in segment.parts), Fraction(0))
        for segment in media.segments:
            independent = [part for part in segment.parts if part.independent]
            is_promised = "EXT-X-INDEPENDENT-SEGMENTS" in media.tags and not self.reads_media
            if segment.uri and segment.parts and is_promised:
                self.expect(independent, name, "LL3", f"no part of segment {segment.sequence} is independent")
            for index, part in enumerate(segment.parts):
                at = f"part {index} of segment {segment.sequence}"
                self.expect(part.duration <= target, name, "LL2", f"{at} is too long")
                # The last one of a segment may be short; of one that grows, nobody knows which that will be.
                is_free = part.independent or part.gap or part is segment.parts[-1]
                is_short = part.duration < target * PART_SHARE_MIN
                self.expect(is_free or not is_short, name, "LL2", f"{at} is too short")
        self.expect(media.ended or media.is_interrupted or "PART" in media.hints, name, "LL13", "no hint of the next part")
        listed = {part.uri for segment in media.segments for part in segment.parts}
        self.expect(media.hints.get("PART") not in listed, name, "LL13", "the hint is of a part that is there")

    # What changes

    def check_change(self, name, old, new):
        self.expect(new.target == old.target, name, "L1", "TARGETDURATION changed")
        for tag in ("EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-PLAYLIST-TYPE"):
            self.expect(new.tags.get(tag) == old.tags.get(tag), name, "L5", f"{tag} changed")
        self.expect(new.sequence >= old.sequence, name, "L4", "MEDIA-SEQUENCE went back")
        self.expect(new.discontinuity_sequence >= old.discontinuity_sequence, name, "DSN", "it went back")
        is_anew = new.sequence > edge(old)[0]
        # After its end a show may be opened again, as one that has nothing in common with the last.
        self.expect(not old.ended or new.ended or is_anew, name, "L12", "ENDLIST was taken back")
        if is_anew and (old.ended or name in self.may_begin_anew):
            self.may_begin_anew.discard(name)
            return
        self.expect(edge(new) >= edge(old), name, "L5", "segments or parts were taken back at the end")
        if new.tags.get("EXT-X-PLAYLIST-TYPE"):
            self.expect(new.sequence == old.sequence, name, "L11", "an EVENT removed segments")
        due = old.discontinuity_sequence + left_tags(old, new.sequence)
        if new.sequence <= old.sequence + len(old.segments):
            self.expect(new.discontinuity_sequence == due, name, "DSN", f"{new.discontinuity_sequence}, not {due}")
        removed = new.sequence > old.sequence
        left = sum((s.duration for s in new.segments if s.duration), Fraction(0))
        self.expect(not removed or left >= 3 * new.target, name, "L8", "removed down to less than 3 target durations")
        count = sum(1 for s in new.segments if s.uri)
        self.expect(not removed or count >= SEGMENT_COUNT_MIN, name, "L8", f"removed down to {count} segments")
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
        if old.is_announced:
            return
        self.expect(old.date == new.date, name, "L5", f"{at} has another date")
        self.expect(old.map == new.map, name, "L5", f"{at} has another EXT-X-MAP")
        self.expect((old.key, old.map_key) == (new.key, new.map_key), name, "L5", f"{at} has another EXT-X-KEY")
        count = min(len(old.parts), len(new.parts))
        self.expect(old.parts[:count] == new.parts[:count], name, "L5", f"{at} has other parts")
        self.expect(not new.parts or len(new.parts) >= len(old.parts), name, "L5", f"{at} lost some of its parts")

    def check_pace(self, name, old, new, time):
        before = old[1]
        if time is None or before is None or new.ended or old[0].ended or not self.is_steady(before, time):
            return
        self.expect(time - before <= 1.5 * new.target + 1e-6, name, "L7", "no new segment for 1.5 target durations")

    # What belongs together

    def check_siblings(self, name, media, time):
        for other, (there, _) in self.streams.items():
            if other == name:
                continue
            self.expect(media.target == there.target, name, "M6", f"another target duration than {other}")
            if form_of(other) != form_of(name):
                continue
            self.check_alignment(name, media, other, there)
            here, control = media.tags.get("EXT-X-SERVER-CONTROL"), there.tags.get("EXT-X-SERVER-CONTROL")
            self.expect(here == control, name, "M6", f"another SERVER-CONTROL than {other}")
        if not media.attribute("EXT-X-PART-INF", "PART-TARGET") or self.multivariant is None:
            return
        others = {uri for uri in self.multivariant.uris if form_of(uri) == form_of(name)}
        missing = others - {name} - media.reports.keys()
        self.expect(not missing, name, "LL14", f"no report of {sorted(missing)}")
        for uri, reported in media.reports.items():
            # Two answers may have been on their way at the same time.
            seen = [last for when, last in self.seen.get(uri, []) if time is None or when + OVERTAKING_SECONDS < time]
            self.expect(not seen or reported >= seen[-1], name, "LL14", f"{uri} is reported older than it was seen")
            self.seen[uri] = self.seen.get(uri, [])[-20:]

    def check_available(self, name, media):
        if self.fetch is None:
            return
        uris = {s.uri for s in media.segments if s.uri and not s.gap} | {s.map for s in media.segments if s.map}
        uris |= {p.uri for s in media.segments for p in s.parts if not p.gap}
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
