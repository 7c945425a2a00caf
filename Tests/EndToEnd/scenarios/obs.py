"""OBS Studio streams and records the same packets: what came out of the stream lies in the recording, in one piece."""

import time

from support import tools
from support.ingest import Probe, aligned, make_clip, packets_of
from support.obs import FRAMES_PER_SECOND, OBS
from support.scenario import expect, expect_alive

SECONDS = 10


def run(site):
    tools.require(["obs", "Xvfb", "ffmpeg", "ffprobe"])
    probe = Probe(site).start()
    clip = make_clip(site.join("clip.flv"), seconds=4)
    obs = OBS(site, f"rtmp://127.0.0.1:{probe.port}/live", "obs", clip)
    obs.wait_until(lambda: "==== Streaming Start" in obs.log(), 30)
    time.sleep(SECONDS)
    obs.end()
    probe.wait_for_end("obs")
    expect_alive(probe)
    units, packets = probe.units("obs"), packets_of(obs.recording())
    expect(units.keys() == packets.keys() == {"audio", "video"}, f"tracks {sorted(units)} and {sorted(packets)}")
    expect(len(units["video"]) >= SECONDS * FRAMES_PER_SECOND / 2, f"only {len(units['video'])} pictures")
    expect(units["video"][0].is_key, "the first picture is no keyframe")
    common = {name: common_run(name, packets[name], units[name]) for name in units}
    wanted = aligned({name: recorded for name, (recorded, _) in common.items()})
    got = aligned({name: streamed for name, (_, streamed) in common.items()})
    for name in common:
        for number, (packet, unit) in enumerate(zip(wanted[name], got[name])):
            # The muxers of stream and recording round differently by a millisecond at most.
            expect(abs(packet.decode - unit.decode) <= 1 and abs(packet.offset - unit.offset) <= 1
                   and packet.size == unit.size and packet.crc == unit.crc,
                   f"{name} unit {number} is {unit}, the packet {packet}")
    return ", ".join(f"{len(streamed)} {name} units" for name, (_, streamed) in common.items())


def common_run(name, packets, units):
    """Stream and recording begin and end at different packets; between them neither leaves one out."""
    place = [packet.crc for packet in packets].index(units[0].crc) if units else 0
    count = min(len(packets) - place, len(units))
    expect(count > len(units) * 0.8, f"{name}: only {count} of {len(units)} units can be in the recording")
    return packets[place:place + count], units[:count]
