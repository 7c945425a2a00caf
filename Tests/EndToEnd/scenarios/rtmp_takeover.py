"""A second publisher with the same key is refused while the first is heard, and takes its place once it is not."""

import signal
import time

from support.ingest import Probe, expect_same, make_clip, packets_of
from support.publishers import Publishing, ffmpeg
from support.scenario import expect, expect_alive

# A publisher that says nothing may be replaced after a while, and is closed after RTMPLimits.silenceTime.
TAKEN_OVER_SECONDS_MAX = 25


def run(site):
    probe = Probe(site).start()
    clip = make_clip(site.join("clip.flv"), seconds=5)
    packets = packets_of(clip)
    refused_said = refuses_second(probe, clip, packets)
    republishes(probe, clip, packets)
    seconds = replaces_silent(probe, clip, packets)
    expect_alive(probe)
    return f"second told {refused_said!r}, first unbroken; a stopped one replaced after {seconds:.1f} s"


def url(probe, key):
    return f"rtmp://127.0.0.1:{probe.port}/live/{key}"


def refuses_second(probe, clip, packets):
    with Publishing(ffmpeg(clip, url(probe, "taken"), paced=True)) as first:
        probe.wait_until(lambda: probe.lines("taken", "event"))
        with Publishing(ffmpeg(clip, url(probe, "taken"))) as second:
            status, said = second.wait(10)
        expect(status not in (0, None), f"the second publisher was not refused: {status}, {said}")
        status, first_said = first.wait()
    expect(status == 0, f"the first publisher ended with {status}: {first_said}")
    probe.wait_for_end("taken")
    expect_same("taken", packets, probe.units("taken"))
    line = next((line for line in said.splitlines() if "Server error" in line), "")
    expect(line, f"ffmpeg was not told why: {said}")
    return line.split("Server error: ", 1)[1]


def republishes(probe, clip, packets):
    """The key is free again the moment its publisher has gone, with or without a goodbye."""
    for number in range(2):
        with Publishing(ffmpeg(clip, url(probe, "again"))) as publishing:
            status, said = publishing.wait()
        expect(status == 0, f"publishing {number} ended with {status}: {said}")
        probe.wait_for_end("again", count=number + 1)
    with Publishing(ffmpeg(clip, url(probe, "killed"), paced=True)) as killed:
        probe.wait_until(lambda: probe.lines("killed", "event"))
        time.sleep(1)
        killed.child.kill()
        killed.wait()
    probe.wait_for_end("killed", seconds=2)
    with Publishing(ffmpeg(clip, url(probe, "killed"))) as publishing:
        status, said = publishing.wait()
    expect(status == 0, f"publishing after a kill ended with {status}: {said}")


def replaces_silent(probe, clip, packets):
    """The connection stays open and nobody is there: as after a lost network, the new one gets in."""
    with Publishing(ffmpeg(clip, url(probe, "silent"), paced=True)) as zombie:
        probe.wait_until(lambda: probe.lines("silent", "event"))
        time.sleep(1)
        zombie.child.send_signal(signal.SIGSTOP)
        stopped_at = time.monotonic()
        while True:
            with Publishing(ffmpeg(clip, url(probe, "silent"))) as publishing:
                status, said = publishing.wait(10)
            seconds = time.monotonic() - stopped_at
            if status == 0:
                break
            expect(seconds < TAKEN_OVER_SECONDS_MAX, f"still refused after {seconds:.0f} s: {said}")
            time.sleep(1)
        probe.wait_for_end("silent", count=2)
        zombie.child.send_signal(signal.SIGCONT)
    second = probe.lines("silent", "unit")[-sum(map(len, packets.values())):]
    expect(second[0]["dts"] == 0 or second[1]["dts"] == 0, "the new publishing does not begin anew")
    return seconds
