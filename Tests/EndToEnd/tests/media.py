"""Media of two seconds for tests of the readers, made once by ffmpeg, and a writer of fragments that tests can bend."""

import functools
import os
import struct
import subprocess
import tempfile

from support.clips import make_clip
from support.mp4 import boxes


@functools.cache
def clip():
    with tempfile.TemporaryDirectory() as directory:
        return make_clip(os.path.join(directory, "clip.mp4"), name="clip", seconds=1.92, times=[0, 0.48, 0.96, 1.44],
                         size="160x96", bits="60k", audio_rate=48000, reorders=False)


@functools.cache
def fragmented():
    """The initialisation section and the fragments of a file by ffmpeg."""
    data = made(["-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4"], "mp4")
    start = next(first for kind, first, _ in boxes(data) if kind == "moof") - 8
    end = next((first for kind, first, _ in boxes(data) if kind == "mfra"), len(data) + 8) - 8
    return data[:start], data[start:end]


@functools.cache
def transport():
    """A segment of MPEG-TS as HLS wants it: without the service description, PAT and PMT first."""
    data = made(["-mpegts_flags", "+resend_headers", "-f", "mpegts"], "ts")
    packets = [data[at:at + 188] for at in range(0, len(data), 188)]
    return b"".join(packet for packet in packets if (packet[1] & 0x1f) << 8 | packet[2] != 0x11)


def made(arguments, ending):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, f"made.{ending}")
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=2", "-f", "lavfi",
             "-i", "sine=d=2:r=48000", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p",
             "-c:a", "aac", *arguments, path], check=True, stdin=subprocess.DEVNULL)
        with open(path, "rb") as file:
            return file.read()


def box(kind, *contents):
    body = b"".join(contents)
    return struct.pack(">I", 8 + len(body)) + kind + body


def full_box(kind, version, flags, *contents):
    return box(kind, struct.pack(">I", version << 24 | flags), *contents)


def fragment(sequence, tracks):
    """`tracks`: (number, first decode time, [(duration, flags, offset, payload)])."""
    payloads = [payload for _, _, samples in tracks for *_, payload in samples]

    def moof(start):
        trafs, at = [], start
        for number, decode, samples in tracks:
            rows = b"".join(struct.pack(">IIIi", duration, len(payload), flags, offset)
                            for duration, flags, offset, payload in samples)
            trafs.append(box(
                b"traf", full_box(b"tfhd", 0, 0x20000, struct.pack(">I", number)),
                full_box(b"tfdt", 1, 0, struct.pack(">Q", decode)),
                full_box(b"trun", 1, 0xf01, struct.pack(">Ii", len(samples), at), rows)))
            at += sum(len(payload) for *_, payload in samples)
        return box(b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", sequence)), *trafs)

    return moof(len(moof(0)) + 8) + box(b"mdat", *payloads)


SYNC, OTHER = 0x2000000, 0x1010000
