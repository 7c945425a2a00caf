"""Access units as codecs write them: split, stamped with an identity that decoders skip, and read back."""

import struct
import zlib

from .mp4 import require

# ISO/IEC 14496-10 D.1.7 and H.265 D.2.7: user data that says by this whose it is.
STAMP_UUID = bytes(range(0x41, 0x51))
STAMP_TEXT_BYTE_COUNT = 14
AUDIO_MARK = b"stamp:"
# Delimiters and parameter sets may stand before it.
SEARCHED_BYTE_COUNT = 512
DELIMITERS = {"avc": {9}, "hevc": {35}}
PARAMETER_SETS = {"avc": {7, 8}, "hevc": {32, 33, 34}}
MESSAGES = {"avc": {6}, "hevc": {39, 40}}
INSTANT_REFRESH = {"avc": {5}, "hevc": {19, 20}}


def family_of(codec):
    return {"avc1": "avc", "hvc1": "hevc", "hev1": "hevc"}.get(codec, codec)


# Stamps

def stamp_text(publishing, track, index):
    return f"{publishing:04x}{track:02x}{index:08x}".encode()


def stamped_picture(payload, family, text):
    """A picture of length-prefixed NAL units with a message of user data before them."""
    header = b"\x06" if family == "avc" else b"\x4e\x01"
    body = STAMP_UUID + text
    unit = header + b"\x05" + bytes([len(body)]) + body + b"\x80"
    return struct.pack(">I", len(unit)) + unit + payload


def stamped_sound(payload, text):
    """A raw block of AAC with a data stream element before it (ISO 14496-3 §4.4.2.1)."""
    body = AUDIO_MARK + text
    return bytes([0x80, len(body)]) + body + payload


def stamp_of(payload):
    """The text; None where there is none."""
    for mark in (STAMP_UUID, AUDIO_MARK):
        at = payload.find(mark, 0, SEARCHED_BYTE_COUNT)
        if at >= 0:
            return payload[at + len(mark):at + len(mark) + STAMP_TEXT_BYTE_COUNT].decode("latin-1")
    return None


# NAL units

def unit_type(unit, family):
    return unit[0] & 31 if family == "avc" else unit[0] >> 1 & 63


def units_of_lengths(payload):
    units, at = [], 0
    while at < len(payload):
        require(len(payload) - at >= 4, "ES1", "a NAL unit is cut off")
        size = struct.unpack_from(">I", payload, at)[0]
        require(0 < size <= len(payload) - at - 4, "ES1", f"a NAL unit of {size} bytes does not fit")
        units.append(payload[at + 4:at + 4 + size])
        at += 4 + size
    return units


def units_of_start_codes(payload):
    pieces = payload.split(b"\x00\x00\x01")
    require(not pieces[0].strip(b"\x00"), "ES1", "bytes before the first start code")
    # The zero of a start code of four bytes, and zeros that follow a unit, are of no unit.
    return [piece.rstrip(b"\x00") for piece in pieces[1:]]


def bare_crc(units, family):
    """Of what is the same in every container: no delimiters, no parameter sets, nor messages, which may be part of
    those, but for the stamp."""
    left_out = DELIMITERS[family] | PARAMETER_SETS[family] | MESSAGES[family]
    crc = 0
    for unit in units:
        if unit_type(unit, family) not in left_out or STAMP_UUID in unit:
            crc = zlib.crc32(unit.rstrip(b"\x00"), zlib.crc32(b"\x00\x00\x01", crc))
    return crc


def is_key(units, family):
    return any(unit_type(unit, family) in INSTANT_REFRESH[family] for unit in units)


def annex_b(units):
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def parameter_sets(configuration, family):
    """The units within avcC or hvcC."""
    units, at = [], 5 if family == "avc" else 22
    if family == "avc":
        for mask in (31, 255):
            at = take_units(configuration, at + 1, configuration[at] & mask, units)
        return units
    array_count, at = configuration[at], at + 1
    for _ in range(array_count):
        count = struct.unpack_from(">H", configuration, at + 1)[0]
        at = take_units(configuration, at + 3, count, units)
    return units


def take_units(data, at, count, units):
    for _ in range(count):
        size = struct.unpack_from(">H", data, at)[0]
        units.append(data[at + 2:at + 2 + size])
        at += 2 + size
    return at


# AAC

def adts_frames(data):
    """The raw blocks within frames with ADTS headers."""
    frames, at = [], 0
    while at < len(data):
        require(len(data) - at >= 7 and data[at] == 0xff and data[at + 1] & 0xf6 == 0xf0, "ES2", "no ADTS header")
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        header = 7 if data[at + 1] & 1 else 9
        require(header <= size <= len(data) - at, "ES2", f"an ADTS frame of {size} bytes does not fit")
        frames.append(data[at + header:at + size])
        at += size
    return frames


def adts_header(configuration, byte_count):
    """For a raw block, from the AudioSpecificConfig of AAC-LC."""
    profile = (configuration[0] >> 3) - 1
    rate = (configuration[0] & 7) << 1 | configuration[1] >> 7
    channels = configuration[1] >> 3 & 15
    size = byte_count + 7
    return bytes([0xff, 0xf1, profile << 6 | rate << 2 | channels >> 2, (channels & 3) << 6 | size >> 11,
                  size >> 3 & 255, (size & 7) << 5 | 31, 0xfc])
