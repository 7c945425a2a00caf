"""IngestProbe, clips to publish, and what of them must come out."""

import json
import os
import subprocess
from collections import defaultdict
from typing import NamedTuple

from .process import Process, StartFailure
from .scenario import Failure, expect
from .servers import ROOT, can_connect, free_port

PROBE = os.environ.get("PROBE_BINARY", os.path.join(ROOT, ".build/release/IngestProbe"))
PUBLISH = os.environ.get("PUBLISH_BINARY", os.path.join(ROOT, ".build/release/RTMPPublish"))


class Unit(NamedTuple):
    """An access unit or a packet; times in milliseconds, aligned by the caller."""
    decode: float
    offset: float
    size: int
    is_key: bool
    crc: str


class Probe(Process):
    """The ingest of Podo on loopback; writes what it takes from publishers, `units` or a `summary`."""

    def __init__(self, site, name="probe", detail="units"):
        self.port, self.secure_port = free_port(), free_port()
        self.output = site.join(f"{name}.jsonl")
        if not os.access(PROBE, os.X_OK):
            raise SystemExit(f"no executable {PROBE}: run `make ingest-tools` first")
        super().__init__(
            [PROBE, "--port", str(self.port), "--secure-port", str(self.secure_port), "--certificate",
             site.certificate, "--key", site.key, "--output", self.output, "--detail", detail],
            site.join(f"{name}.log"))
        site.servers.append(self)

    def start(self):
        self.wait_until(lambda: can_connect(self.port))
        return self

    def lines(self, stream=None, what=None):
        with open(self.output) as file:
            text = file.read()
        lines = [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]
        return [line for line in lines
                if stream in (None, line.get("stream")) and what in (None, line["what"])]

    def wait_for_end(self, stream, seconds=10, count=1):
        """Waits until so many publishings of a stream have ended."""
        try:
            self.wait_until(lambda: len(self.lines(stream, "end")) >= count, seconds)
        except StartFailure as failure:
            raise Failure(f"{stream}: no end of publishing {count} in {self.lines(stream, 'event')}: {failure}")

    def units(self, stream, after=0):
        """The units by track, as publishers' packets are written: by kind where there is one track of it. Those of the
        first `after` publishings of the stream are left out."""
        tracks, ended_count = defaultdict(list), 0
        for line in self.lines(stream):
            ended_count += line["what"] == "end"
            if line["what"] != "unit" or ended_count < after:
                continue
            tracks[line["track"].removesuffix("0")].append(
                Unit(line["dts_ns"] / 1e6, line["cts_ns"] / 1e6, line["size"], line["key"], line["crc"]))
        return dict(tracks)


def make_clip(path, *, seconds=6, video="libx264", reorders=True, audio=True, gop=25, pattern="testsrc2"):
    """An FLV file of a test picture and a tone, or of one of them."""
    arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    if video:
        arguments += ["-f", "lavfi", "-i", f"{pattern}=s=640x360:r=25:d={seconds}"]
    if audio:
        arguments += ["-f", "lavfi", "-i", f"sine=d={seconds}:r=44100"]
    if video:
        arguments += ["-c:v", video, "-preset", "ultrafast", "-bf", "2" if reorders else "0", "-g", str(gop),
                      "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-b:v", "1500k"]
    if audio:
        arguments += ["-c:a", "aac", "-b:a", "96k"]
    subprocess.run(arguments + ["-f", "flv", path], check=True, stdin=subprocess.DEVNULL)
    return path


def packets_of(path):
    """The packets of a media file by kind of track, as ffprobe reads them."""
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-show_packets", "-show_data_hash", "CRC32", "-show_entries",
         "packet=codec_type,pts_time,dts_time,size,flags,data_hash", "-of", "json", path],
        check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    tracks = defaultdict(list)
    for packet in json.loads(said.stdout)["packets"]:
        decode = float(packet["dts_time"]) * 1000
        tracks[packet["codec_type"]].append(
            Unit(decode, float(packet["pts_time"]) * 1000 - decode, int(packet["size"]), "K" in packet["flags"],
                 packet["data_hash"].removeprefix("CRC32:")))
    return dict(tracks)


def expected_of(path):
    """What RTMPPublish --expect wrote, by track."""
    tracks = defaultdict(list)
    with open(path) as file:
        for line in map(json.loads, file):
            tracks[line["track"]].append(
                Unit(line["dts"], line["cts"], line["size"], line["key"], line["crc"]))
    return dict(tracks)


def aligned(tracks):
    """Times from the first packet of video, or of audio where there is no video; whole milliseconds."""
    if not tracks:
        return {}
    origin = tracks["video" if "video" in tracks else "audio"][0].decode
    return {name: [unit._replace(decode=round(unit.decode - origin), offset=round(unit.offset)) for unit in units]
            for name, units in tracks.items()}


def expect_same(name, wanted, got, ignores_crc=False):
    """Every packet came out as one unit, unchanged, at its time; returns how many there were."""
    wanted, got = aligned(wanted), aligned(got)
    expect(wanted.keys() == got.keys(), f"{name}: tracks {sorted(got)} instead of {sorted(wanted)}")
    for track, packets in wanted.items():
        for number, (packet, unit) in enumerate(zip(packets, got[track])):
            if ignores_crc:
                packet, unit = packet._replace(crc="", size=0), unit._replace(crc="", size=0)
            expect(packet == unit, f"{name}: {track} unit {number} is {unit}, the packet {packet}")
        expect(len(packets) == len(got[track]),
               f"{name}: {len(got[track])} {track} units from {len(packets)} packets")
    return sum(map(len, wanted.values()))
