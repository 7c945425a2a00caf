"""A strict reader of HLS playlists (draft-pantos-hls-rfc8216bis): what is not well formed is an error, not a guess."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction


class BadPlaylist(Exception):
    """What is wrong with the text, in one sentence."""


UNSAID = {}


@dataclass
class Part:
    uri: str
    duration: Fraction
    independent: bool = False
    gap: bool = False


@dataclass
class Segment:
    """A segment with what is said of it; `uri` is None for one that still grows."""

    sequence: int = 0
    uri: str = None
    duration: Fraction = None
    parts: list = field(default_factory=list)
    discontinuity: bool = False
    map: str = None
    date: datetime = None
    gap: bool = False
    # The attributes of EXT-X-KEY that hold for it, None where it is clear, UNSAID where a delta update does not say.
    # `map_key` is the same of its map.
    key: dict = None
    map_key: dict = None
    # Kilobits a second, as EXT-X-BITRATE says.
    bit_rate: int = None

    @property
    def is_announced(self):
        """Nothing is known but the discontinuity that it begins with."""
        return self.discontinuity and not self.parts and self.uri is None and self.date is None


@dataclass
class Media:
    """A media playlist; with `skipped` it is a delta update."""

    tags: dict
    segments: list
    skipped: int = 0
    hints: dict = field(default_factory=dict)
    reports: dict = field(default_factory=dict)
    date_ranges: list = field(default_factory=list)

    def attribute(self, tag, name):
        return self.tags.get(tag, {}).get(name)

    def seconds(self, tag, name):
        value = self.attribute(tag, name)
        return None if value is None else decimal(value)

    @property
    def target(self):
        return self.tags["EXT-X-TARGETDURATION"]

    @property
    def sequence(self):
        return self.tags.get("EXT-X-MEDIA-SEQUENCE", 0)

    @property
    def discontinuity_sequence(self):
        return self.tags.get("EXT-X-DISCONTINUITY-SEQUENCE", 0)

    @property
    def is_interrupted(self):
        """A discontinuity is told of at the end, and nothing yet of the segment that it begins."""
        last = self.segments[-1] if self.segments else None
        return last is not None and last.is_announced

    def discontinuity_number(self, segment):
        """The discontinuity sequence number of a segment that is listed here."""
        return self.discontinuity_sequence + sum(
            each.discontinuity for each in self.segments if each.sequence <= segment.sequence)

    @property
    def ended(self):
        return "EXT-X-ENDLIST" in self.tags


@dataclass
class Multivariant:
    tags: dict
    variants: list
    media: list
    others: list = field(default_factory=list)

    @property
    def uris(self):
        return [uri for uri, _ in self.variants] + [each["URI"] for each in self.media if "URI" in each]


FLAGS = {"EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-ENDLIST", "EXT-X-I-FRAMES-ONLY"}
NUMBERS = {"EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE"}
LISTS = {"EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-SKIP", "EXT-X-START"}
EARLY = {"EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-SKIP"}
QUOTED = {"URI", "GROUP-ID", "NAME", "LANGUAGE", "CHANNELS", "CODECS", "AUDIO", "VIDEO", "SUBTITLES", "ID",
          "START-DATE", "END-DATE", "CLASS", "BYTERANGE", "KEYFORMAT", "KEYFORMATVERSIONS", "DATA-ID", "VALUE",
          "SERVER-URI", "PATHWAY-ID", "STABLE-VARIANT-ID", "STABLE-RENDITION-ID", "CHARACTERISTICS"}
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]+"|[^",\s]+)(?:,|$)')


def decimal(text):
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise BadPlaylist(f"{text!r} is no decimal number")
    return Fraction(text)


def attributes(text):
    found, end = {}, 0
    for match in ATTRIBUTE.finditer(text):
        if match.start() != end or match[1] in found:
            raise BadPlaylist(f"not a list of attributes: {text}")
        if (match[1] in QUOTED) != match[2].startswith('"'):
            raise BadPlaylist(f"{match[1]} is quoted and should not be, or the other way round: {text}")
        found[match[1]], end = match[2].strip('"'), match.end()
    if end != len(text) or text.endswith(",") or not found:
        raise BadPlaylist(f"not a list of attributes: {text}")
    return found


def lines_of(text):
    if re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\ufeff]", text):
        raise BadPlaylist("a byte order mark or control character")
    if unicodedata.normalize("NFC", text) != text:
        raise BadPlaylist("the text is not normalised")
    if "{$" in text:
        raise BadPlaylist("a variable: few players know them")
    if not text.endswith("\n"):
        raise BadPlaylist("the last line is not ended")
    lines = text.replace("\r\n", "\n").split("\n")[:-1]
    if not lines or lines[0] != "#EXTM3U":
        raise BadPlaylist("it does not begin with #EXTM3U")
    for line in lines[1:]:
        if line != line.strip() or not line:
            raise BadPlaylist(f"white space around {line!r}")
    return lines[1:]


def split(line):
    name, _, value = line[1:].partition(":")
    return name, value


class MediaReader:
    """Reads a media playlist line by line; tags about a segment must come before its first part."""

    def __init__(self):
        self.media, self.segment = Media({}, []), Segment()
        self.map = self.bit_rate = None
        self.key = self.map_key = UNSAID

    def read(self, text):
        for line in lines_of(text):
            if line.startswith("#"):
                self.take(*split(line))
            else:
                self.end_segment(line)
        if self.segment != Segment():
            self.settle()
        if "EXT-X-TARGETDURATION" not in self.media.tags:
            raise BadPlaylist("no EXT-X-TARGETDURATION")
        self.media.skipped = int(self.media.attribute("EXT-X-SKIP", "SKIPPED-SEGMENTS") or 0)
        for index, segment in enumerate(self.media.segments):
            segment.sequence = self.media.sequence + self.media.skipped + index
            if not self.media.skipped:
                segment.key, segment.map_key = segment.key or None, segment.map_key or None
        return self.media

    def settle(self):
        self.segment.map, self.segment.map_key = self.map, self.map_key
        self.segment.key, self.segment.bit_rate = self.key, self.bit_rate
        self.media.segments.append(self.segment)
        self.segment = Segment()

    def end_segment(self, uri):
        if self.segment.duration is None:
            raise BadPlaylist(f"{uri} has no EXTINF")
        self.segment.uri = uri
        self.settle()

    def take(self, name, value):
        media = self.media
        if name in FLAGS | NUMBERS | LISTS | {"EXT-X-PLAYLIST-TYPE"}:
            if name in media.tags:
                raise BadPlaylist(f"{name} comes twice")
            if name in EARLY and (media.segments or self.segment != Segment()):
                raise BadPlaylist(f"{name} comes after a segment")
            media.tags[name] = read_tag(name, value)
        elif name == "EXT-X-PRELOAD-HINT":
            hint = attributes(value)
            if hint.get("TYPE") not in ("PART", "MAP") or hint["TYPE"] in media.hints or "URI" not in hint:
                raise BadPlaylist("two hints of one type, or one without URI")
            media.hints[hint["TYPE"]] = hint["URI"]
        elif name == "EXT-X-RENDITION-REPORT":
            report = attributes(value)
            media.reports[report["URI"]] = (int(report["LAST-MSN"]), int(report["LAST-PART"]))
        elif name == "EXT-X-DATERANGE":
            media.date_ranges.append(attributes(value))
        elif name == "EXT-X-MAP":
            refuse_after_part(self.segment, name)
            self.map, self.map_key = attributes(value)["URI"], self.key
        elif name == "EXT-X-KEY":
            refuse_after_part(self.segment, name)
            self.key = read_key(attributes(value))
        elif name == "EXT-X-BITRATE":
            self.bit_rate = int(value)
        else:
            read_segment_tag(self.segment, name, value)


def parse_media(text):
    return MediaReader().read(text)


def read_key(key):
    """None for METHOD=NONE."""
    method, vector = key.get("METHOD"), key.get("IV")
    if method == "NONE":
        if len(key) > 1:
            raise BadPlaylist("K1: METHOD=NONE has other attributes")
        return None
    if method not in ("AES-128", "SAMPLE-AES") or "URI" not in key:
        raise BadPlaylist(f"K1: not a key that is known here: {key}")
    if vector is not None and not re.fullmatch(r"0[xX][0-9A-F]{32}", vector):
        raise BadPlaylist(f"K2: {vector} is no vector of 16 bytes in upper-case digits")
    return key


def read_tag(name, value):
    if name in FLAGS:
        return True
    if name in NUMBERS:
        if not value.isdigit():
            raise BadPlaylist(f"{name} is no number")
        return int(value)
    return attributes(value) if name in LISTS else value


def refuse_after_part(segment, name):
    if segment.parts:
        raise BadPlaylist(f"LL4: {name} comes after the first part of its segment")


def read_segment_tag(segment, name, value):
    if name == "EXTINF":
        duration, comma, _ = value.partition(",")
        if not comma:
            raise BadPlaylist("EXTINF without a comma")
        segment.duration = decimal(duration)
    elif name == "EXT-X-PART":
        part = attributes(value)
        segment.parts.append(
            Part(part["URI"], decimal(part["DURATION"]), part.get("INDEPENDENT") == "YES", part.get("GAP") == "YES"))
    elif name == "EXT-X-DISCONTINUITY":
        refuse_after_part(segment, name)
        segment.discontinuity = True
    elif name == "EXT-X-PROGRAM-DATE-TIME":
        refuse_after_part(segment, name)
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)", value):
            raise BadPlaylist(f"PDT: {value} is no date with milliseconds and zone")
        segment.date = datetime.fromisoformat(value.replace("Z", "+00:00"))
    elif name == "EXT-X-GAP":
        segment.gap = True
    else:
        raise BadPlaylist(f"{name} is not a tag of a media playlist that is known here")


def parse_multivariant(text):
    playlist, pending = Multivariant({}, [], []), None
    for line in lines_of(text):
        if not line.startswith("#"):
            if pending is None:
                raise BadPlaylist(f"{line} has no EXT-X-STREAM-INF")
            playlist.variants.append((line, pending))
            pending = None
            continue
        name, value = split(line)
        if pending is not None:
            raise BadPlaylist("EXT-X-STREAM-INF is not followed by a URI")
        if name == "EXT-X-STREAM-INF":
            pending = attributes(value)
        elif name == "EXT-X-MEDIA":
            playlist.media.append(attributes(value))
        elif name in {"EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-START"}:
            if name in playlist.tags:
                raise BadPlaylist(f"{name} comes twice")
            playlist.tags[name] = read_tag(name, value)
        elif name in {"EXT-X-I-FRAME-STREAM-INF", "EXT-X-SESSION-KEY", "EXT-X-SESSION-DATA"}:
            playlist.others.append((name, attributes(value)))
        else:
            raise BadPlaylist(f"{name} is not a tag of a multivariant playlist that is known here")
    if pending is not None or not playlist.variants:
        raise BadPlaylist("no variant, or one without URI")
    return playlist
