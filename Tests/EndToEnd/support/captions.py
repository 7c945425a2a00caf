"""Captions within pictures (CEA-608 in SEI of H.264, ATSC A/53 part 4), and a clip that has some: first as OBS writes them,
all of a caption with one picture, then as broadcasters do, two letters with each and every command twice."""

import struct
from dataclasses import replace

FRAME_RATE = 25
POP_ON, POPPED_OFF, ROLL_UP, ROLLED_OFF = 25, 110, 125, 190
POP_ON_TEXT = ["HELLO & <b>WORLD</b>", "second line"]
ROLL_UP_TEXT = "ROLLING ALONG"
RESUME_LOADING, END_OF_CAPTION, ERASE_SHOWN, ERASE_HIDDEN = b"\x14\x20", b"\x14\x2f", b"\x14\x2c", b"\x14\x2e"
ROLL_UP_TWO, CARRIAGE_RETURN = b"\x14\x25", b"\x14\x2d"
# Where a line begins: of the last but one, and of the last.
LINES = [b"\x14\x40", b"\x14\x60"]


def with_parity(byte):
    return byte if bin(byte).count("1") % 2 else byte | 0x80


def message(pairs):
    """A NAL unit of user data that carries the pairs of bytes for the first field."""
    data = b"".join(bytes([0xfc, with_parity(pair[0]), with_parity(pair[1])]) for pair in pairs)
    body = b"\xb5\x00\x31GA94\x03" + bytes([0xc0 | len(pairs), 0xff]) + data + b"\xff"
    return b"\x06\x04" + bytes([len(body)]) + body + b"\x80"


def letters(text):
    data = text.encode("ascii") + b"\x00" * (len(text) % 2)
    return [data[at:at + 2] for at in range(0, len(data), 2)]


def script():
    """The pairs of each picture that has some, by its place in the clip."""
    lines = [pair for line, text in zip(LINES, POP_ON_TEXT) for pair in [line, *letters(text)]]
    pictures = {POP_ON: [RESUME_LOADING, ERASE_HIDDEN, *lines, END_OF_CAPTION], POPPED_OFF: [ERASE_SHOWN]}
    doubled = [pair for command in [ROLL_UP_TWO, CARRIAGE_RETURN, LINES[1]] for pair in [command, command]]
    pairs = [*doubled, *letters(ROLL_UP_TEXT)]
    pictures |= {ROLL_UP + place: [pair] for place, pair in enumerate(pairs)}
    return pictures | {ROLLED_OFF + place: [ERASE_SHOWN] for place in range(2)}


def captioned(clip):
    """The clip with captions in its pictures, which must be of H.264 and in the order in which they are shown."""
    pictures = script()
    samples = []
    for place, (time, offset, is_key, payload) in enumerate(clip.video.samples):
        if place in pictures:
            unit = message(pictures[place])
            payload = struct.pack(">I", len(unit)) + unit + payload
        samples.append((time, offset, is_key, payload))
    return replace(clip, video=replace(clip.video, samples=samples))
