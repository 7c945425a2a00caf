"""A strict reader of HLS playlists (draft-pantos-hls-rfc8216bis): what is not well formed is an error, not a guess."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction


class BadPlaylist(Exception):
    """What is wrong with the text, in one sentence."""


@dataclass
class Part:
    uri: str
    duration: Fraction
    independent: bool = False
    gap: bool = False


@dataclass
class Segment:
    """A segment with what is said of it; `uri` is None for one that still grows.

    `key` is METHOD, URI and IV of the EXT-X-KEY that holds for it; None where the playlist has said nothing of keys.
    """

    sequence: int = 0
    uri: str = None
    duration: Fraction = None
    parts: list = field(default_factory=list)
    discontinuity: bool = False
    map: str = None
    key: tuple = None
    date: datetime = None
    gap: bool = False


@dataclass
class Media:
    """A media playlist; with `skipped` it is a delta update."""

    tags: dict
    segments: list
    skipped: int = 0
    hints: dict = field(default_factory=dict)
    reports: dict = field(default_factory=dict)

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
    def ended(self):
        return "EXT-X-ENDLIST" in self.tags


@dataclass
class Multivariant:
    tags: dict
    variants: list
    media: list


FLAGS = {"EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-ENDLIST"}
NUMBERS = {"EXT-X-VERSION", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE"}
LISTS = {"EXT-X-SERVER-CONTROL", "EXT-X-PART-INF", "EXT-X-SKIP"}
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
        found[match[1]], end = match[2].strip('"'), match.end()
    if end != len(text) or text.endswith(",") or not found:
        raise BadPlaylist(f"not a list of attributes: {text}")
    return found


def lines_of(text):
    if re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\ufeff]", text):
        raise BadPlaylist("a byte order mark or control character")
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


def parse_media(text):
    """Reads a media playlist; tags about a segment must come before its first part."""
    media, current, known_map, known_key = Media({}, []), Segment(), None, None
    for line in lines_of(text):
        if not line.startswith("#"):
            if current.duration is None:
                raise BadPlaylist(f"{line} has no EXTINF")
            current.uri, current.map, current.key = line, known_map, known_key
            media.segments.append(current)
            current = Segment()
            continue
        name, value = split(line)
        if name in FLAGS | NUMBERS | LISTS | {"EXT-X-PLAYLIST-TYPE"}:
            if name in media.tags:
                raise BadPlaylist(f"{name} comes twice")
            early = name in {"EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-SKIP"}
            if early and (media.segments or current != Segment()):
                raise BadPlaylist(f"{name} comes after a segment")
            media.tags[name] = read_tag(name, value)
        elif name == "EXT-X-PRELOAD-HINT":
            hint = attributes(value)
            if hint.get("TYPE") in media.hints or "URI" not in hint:
                raise BadPlaylist("two hints of one type, or one without URI")
            media.hints[hint["TYPE"]] = hint["URI"]
        elif name == "EXT-X-RENDITION-REPORT":
            report = attributes(value)
            media.reports[report["URI"]] = (int(report["LAST-MSN"]), int(report["LAST-PART"]))
        elif name == "EXT-X-MAP":
            known_map = attributes(value)["URI"]
            refuse_after_part(current, name)
            if is_encrypted(known_key):
                raise BadPlaylist(f"KEY: {known_map} stands behind a key, and would be encrypted")
            current.map = known_map
        elif name == "EXT-X-KEY":
            known_key = read_key(attributes(value))
            refuse_after_part(current, name)
            current.key = known_key
        else:
            read_segment_tag(current, name, value)
    if current != Segment():
        current.map, current.key = known_map, known_key
        media.segments.append(current)
    if "EXT-X-TARGETDURATION" not in media.tags:
        raise BadPlaylist("no EXT-X-TARGETDURATION")
    media.skipped = int(media.attribute("EXT-X-SKIP", "SKIPPED-SEGMENTS") or 0)
    for index, segment in enumerate(media.segments):
        segment.sequence = media.sequence + media.skipped + index
    return media


def read_key(found):
    """METHOD, URI and IV (section 4.4.4.4); other methods than AES-128 of whole segments are not known here."""
    method, uri, vector = found.get("METHOD"), found.get("URI"), found.get("IV")
    if method == "NONE":
        if len(found) > 1:
            raise BadPlaylist("KEY: METHOD=NONE has other attributes")
    elif method != "AES-128" or uri is None:
        raise BadPlaylist(f"KEY: {method} is not AES-128, or there is no URI")
    elif vector is None or not re.fullmatch(r"0[xX][0-9A-F]{32}", vector):
        raise BadPlaylist(f"KEY: the IV {vector} is not 128 bits in upper-case digits")
    return method, uri, vector


def is_encrypted(key):
    return key is not None and key[0] != "NONE"


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
        elif name in {"EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS"}:
            playlist.tags[name] = read_tag(name, value)
        else:
            raise BadPlaylist(f"{name} is not a tag of a multivariant playlist that is known here")
    if pending is not None or not playlist.variants:
        raise BadPlaylist("no variant, or one without URI")
    return playlist
