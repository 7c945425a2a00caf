"""A small strict reader of initialisation sections and fragments (ISO 14496-12), written for RFC 8216bis §3.1.2.

It shares nothing with the server. What is broken is an error that begins with the mark of a rule, F and a number.
"""

import struct
import zlib
from dataclasses import dataclass, field


class BadMedia(Exception):
    """What is wrong with the bytes, in one sentence."""


@dataclass
class Track:
    number: int
    kind: str = ""
    timescale: int = 0
    codec: str = ""
    # The decoder's configuration: avcC, hvcC, or the bytes within esds or dOps.
    configuration: bytes = b""
    width: int = 0
    height: int = 0


@dataclass
class Sample:
    decode: int
    duration: int
    offset: int
    is_sync: bool
    payload: bytes

    @property
    def crc(self):
        return zlib.crc32(self.payload)


@dataclass
class Fragment:
    sequence: int
    # Of each track's number, in file order of its samples.
    tracks: dict = field(default_factory=dict)


def require(condition, mark, message):
    if not condition:
        raise BadMedia(f"{mark}: {message}")


def boxes(data, start=0, end=None):
    """The boxes between two offsets: (type, where its content begins, where it ends). They must fill them exactly."""
    end = len(data) if end is None else end
    while start < end:
        require(end - start >= 8, "F1", "a box is cut off")
        size, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if size == 1:
            size, content = struct.unpack_from(">Q", data, content)[0], content + 8
        require(content <= start + size <= end, "F1", f"box {kind} of {size} bytes does not fit")
        yield kind.decode("latin-1"), content, start + size
        start += size


def children(data, start, end):
    found = {}
    for kind, first, last in boxes(data, start, end):
        found.setdefault(kind, []).append((first, last))
    return found


def only(found, kind, where):
    require(len(found.get(kind, [])) == 1, "F1", f"{where} has {len(found.get(kind, []))} boxes {kind}")
    return found[kind][0]


# Initialisation sections

BRANDS = {"iso6", "iso7", "iso8", "iso9", "isoa", "isob", "cmfc", "cmf2"}


def read_initialisation(data):
    """The tracks by number."""
    found = list(boxes(data))
    require([kind for kind, _, _ in found] == ["ftyp", "moov"], "F2", f"it holds {[kind for kind, _, _ in found]}")
    _, first, last = found[0]
    brands = {data[at:at + 4].decode("latin-1") for at in [first, *range(first + 8, last, 4)]}
    require(brands & BRANDS, "F2", f"no brand of iso6 or later: {sorted(brands)}")
    moov = children(data, *found[1][1:])
    require("mvex" in moov, "F3", "no mvex")
    require(duration_of(data, only(moov, "mvhd", "moov")[0], 12, 20) == 0, "F4", "mvhd has a duration")
    tracks = {}
    for place in moov.get("trak", []):
        track = read_track(data, *place)
        tracks[track.number] = track
    require(tracks, "F3", "no track")
    trex = children(data, *moov["mvex"][0]).get("trex", [])
    known = {struct.unpack_from(">I", data, first + 4)[0] for first, _ in trex}
    require(known == set(tracks), "F3", f"trex of {sorted(known)}, tracks {sorted(tracks)}")
    require("cmfc" not in brands or len(tracks) == 1, "F2", "the brand cmfc on several tracks")
    return tracks


def duration_of(data, start, short, long):
    """Version 1 has longer times; `short` and `long` are where the duration stands after version and flags."""
    if data[start] == 1:
        return struct.unpack_from(">Q", data, start + 4 + long)[0]
    return struct.unpack_from(">I", data, start + 4 + short)[0]


def read_track(data, start, end):
    trak = children(data, start, end)
    head = only(trak, "tkhd", "trak")[0]
    number_at = head + 4 + (16 if data[head] == 1 else 8)
    track = Track(struct.unpack_from(">I", data, number_at)[0])
    require(duration_of(data, head, 16, 24) == 0, "F4", f"tkhd of track {track.number} has a duration")
    # 16.16, at the end of the box.
    track.width, track.height = (value >> 16 for value in struct.unpack_from(
        ">II", data, head + (88 if data[head] == 1 else 76)))
    mdia = children(data, *only(trak, "mdia", "trak"))
    media = only(mdia, "mdhd", "mdia")[0]
    track.timescale = struct.unpack_from(">I", data, media + 4 + (16 if data[media] == 1 else 8))[0]
    require(track.timescale > 0, "F1", "mdhd has no time scale")
    handler = only(mdia, "hdlr", "mdia")[0]
    kind = data[handler + 8:handler + 12]
    track.kind = {b"vide": "video", b"soun": "audio"}.get(kind, "")
    require(track.kind, "F1", f"a track of kind {kind}")
    minf = children(data, *only(mdia, "minf", "mdia"))
    check_references(data, children(data, *only(minf, "dinf", "minf")))
    stbl = children(data, *only(minf, "stbl", "minf"))
    for table, at in (("stts", 4), ("stsc", 4), ("stsz", 8), ("stco", 4)):
        count = struct.unpack_from(">I", data, only(stbl, table, "stbl")[0] + at)[0]
        require(count == 0, "F5", f"{table} of track {track.number} has {count} entries")
    read_description(data, only(stbl, "stsd", "stbl")[0], track)
    return track


def check_references(data, dinf):
    first, last = only(dinf, "dref", "dinf")
    for kind, content, _ in boxes(data, first + 8, last):
        require(kind == "url " and data[content + 3] & 1, "F6", "media lie in another file")


def read_description(data, start, track):
    require(struct.unpack_from(">I", data, start + 4)[0] == 1, "F1", "not one sample description")
    size, name = struct.unpack_from(">I4s", data, start + 8)
    track.codec = name.decode("latin-1")
    fixed = 78 if track.kind == "video" else 28
    for kind, first, last in boxes(data, start + 16 + fixed, start + 8 + size):
        if kind in ("avcC", "hvcC", "av1C", "vpcC", "dOps", "dfLa", "dac3", "dec3"):
            track.configuration = data[first:last]
        elif kind == "esds":
            track.configuration = audio_configuration(data[first + 4:last])


def audio_configuration(data):
    """What the decoder specific descriptor (tag 5) within an ES descriptor holds; empty without one."""
    at = 0
    while at < len(data):
        tag, at, length = data[at], at + 1, 0
        while True:
            length, is_last = length << 7 | data[at] & 0x7f, data[at] < 0x80
            at += 1
            if is_last:
                break
        if tag == 5:
            return data[at:at + length]
        at += {3: 3, 4: 13}.get(tag, length)
    return b""


# Fragments

def read_fragments(data, tracks):
    """The fragments of a segment or a part: moof and mdat in turn, every byte of an mdat in one sample."""
    fragments, moof = [], None
    for kind, first, last in boxes(data):
        if kind == "moof":
            require(moof is None, "F7", "two moof without mdat between them")
            moof = (first - 8, read_moof(data, first, last, tracks))
        elif kind == "mdat":
            require(moof is not None, "F7", "mdat without moof")
            fragments.append(fill(data, *moof, first, last))
            moof = None
        else:
            require(kind in ("styp", "sidx", "prft", "emsg"), "F7", f"a box {kind} between fragments")
    require(moof is None and fragments, "F7", "no whole fragment")
    return fragments


def read_moof(data, first, last, tracks):
    found = children(data, first, last)
    sequence = struct.unpack_from(">I", data, only(found, "mfhd", "moof")[0] + 4)[0]
    return sequence, [read_traf(data, *place, tracks) for place in found.get("traf", [])]


def read_traf(data, first, last, tracks):
    """The track's number and its samples as (offset into the fragment, size, sample without payload)."""
    traf = children(data, first, last)
    head = only(traf, "tfhd", "traf")[0]
    flags = struct.unpack_from(">I", data, head)[0] & 0xffffff
    number = struct.unpack_from(">I", data, head + 4)[0]
    require(number in tracks, "F8", f"a traf of track {number}, which has no trak")
    require(flags & 0x20000 and not flags & 1, "F9", "addresses are not relative to the fragment")
    require("tfdt" in traf, "F10", f"no tfdt in a traf of track {number}")
    time = only(traf, "tfdt", "traf")[0]
    decode = struct.unpack_from(">Q" if data[time] == 1 else ">I", data, time + 4)[0]
    defaults, at = {}, head + 8
    for flag, name in ((2, "description"), (8, "duration"), (16, "size"), (32, "flags")):
        if flags & flag:
            defaults[name], at = struct.unpack_from(">I", data, at)[0], at + 4
    samples = []
    for place, _ in traf.get("trun", []):
        decode = read_trun(data, place, defaults, decode, samples)
    require(samples, "F8", f"a traf of track {number} without samples")
    return number, samples


def read_trun(data, at, defaults, decode, samples):
    version, flags = data[at], struct.unpack_from(">I", data, at)[0] & 0xffffff
    count, at = struct.unpack_from(">I", data, at + 4)[0], at + 8
    require(flags & 1, "F9", "a trun without data offset")
    position, at = struct.unpack_from(">i", data, at)[0], at + 4
    first_flags = None
    if flags & 4:
        first_flags, at = struct.unpack_from(">I", data, at)[0], at + 4
    for index in range(count):
        values = {"duration": defaults.get("duration"), "size": defaults.get("size"), "flags": defaults.get("flags")}
        for flag, name in ((0x100, "duration"), (0x200, "size"), (0x400, "flags")):
            if flags & flag:
                values[name], at = struct.unpack_from(">I", data, at)[0], at + 4
        offset = 0
        if flags & 0x800:
            offset, at = struct.unpack_from(">i" if version else ">I", data, at)[0], at + 4
        if index == 0 and first_flags is not None:
            values["flags"] = first_flags
        require(None not in (values["duration"], values["size"]), "F9", "a sample without duration or size")
        is_sync = not (values["flags"] or 0) & 0x10000
        samples.append((position, values["size"], Sample(decode, values["duration"], offset, is_sync, b"")))
        position += values["size"]
        decode += values["duration"]
    return decode


def fill(data, start, moof, first, last):
    sequence, trafs = moof
    fragment, taken = Fragment(sequence), []
    for number, places in trafs:
        require(number not in fragment.tracks, "F8", f"two trafs of track {number}")
        for position, size, sample in places:
            require(first <= start + position and start + position + size <= last, "F11", "a sample is not in its mdat")
            sample.payload = data[start + position:start + position + size]
            taken.append((start + position, start + position + size))
        fragment.tracks[number] = [sample for _, _, sample in places]
    at = first
    for begin, end in sorted(taken):
        require(begin == at, "F11", "bytes of mdat belong to no sample, or to two")
        at = end
    require(at == last, "F11", "bytes at the end of mdat belong to no sample")
    return fragment
