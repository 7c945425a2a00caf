"""A second publisher with the same key is refused while the first is heard, and takes its place once it is not."""

import secrets
import signal
import time

from support.ingest import Probe, expect_same, make_clip, packets_of
from support.publishers import Publishing, ffmpeg
from support.relay import Relay
from support.scenario import expect, expect_alive
from support.servers import Podo

# A publisher that says nothing may be replaced after a while, and is closed after RTMPLimits.silenceTime.
TAKEN_OVER_SECONDS_MAX = 25
# RTMPLimits.takeoverWaitTime: one that was heard just before has so long to answer.
WAIT_SECONDS = 1
ENDS_METRIC = "podo_rtmp_publish_ends_total"


def run(site):
    probe = Probe(site).start()
    clip = make_clip(site.join("clip.flv"), seconds=5)
    packets = packets_of(clip)
    refused_said = refuses_second(probe, clip, packets)
    republishes(probe, clip, packets)
    seconds = replaces_silent(probe, clip, packets)
    expect_alive(probe)
    dropped_seconds = replaces_dropped(site, clip)
    return (f"second told {refused_said!r}, first unbroken; a stopped one replaced after {seconds:.1f} s, "
            f"one whose network died after {dropped_seconds:.1f} s, by no wrong key")


def url(server, key):
    return f"rtmp://127.0.0.1:{server.port}/live/{key}"


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
    ends = [line["why"] for line in probe.lines("silent", "event") if line["event"] == "stopped"]
    expect(ends[0] == "replaced", f"the publishings ended as {ends}")
    expect_same("silent", packets, probe.units("silent", after=1))
    return seconds


def replaces_dropped(site, clip):
    """The network dies under the first, so that no end of it arrives: the same key gets in at once, a wrong one does
    not and changes nothing. Returns how long after the network the first one ended whose key came again at once."""
    key, wrong_key = secrets.token_hex(16), secrets.token_hex(16)
    podo = Podo(site, environment={"PODO_STREAM_KEYS": f"main={key}"}).start()
    seconds = comes_again(podo, clip, key, number=1)
    comes_again(podo, clip, key, number=2, wrong_key=wrong_key)
    podo.wait_until(lambda: podo.metric(ENDS_METRIC, reason="finished") == 2)
    expect(podo.metric(ENDS_METRIC) == 4, f"{podo.metric(ENDS_METRIC)} publishings ended instead of 4")
    expect_alive(podo)
    return seconds


def comes_again(podo, clip, key, number, wrong_key=None):
    """The `number`th time that a network dies and its publisher is replaced; how long that took."""
    direct = f"rtmp://127.0.0.1:{podo.rtmp_port}/live/"
    with Relay(podo.rtmp_port) as relay, Publishing(ffmpeg(clip, url(relay, key), paced=True)) as first:
        podo.wait_until(lambda: podo.metric("podo_rtmp_streams") == 1)
        time.sleep(1)
        relay.cut()
        cut_at = time.monotonic()
        first.child.kill()
        if wrong_key:
            evicts_nobody(podo, clip, direct + wrong_key)
        again_after = time.monotonic() - cut_at
        expect(wrong_key or again_after < WAIT_SECONDS, f"the same key came {again_after:.1f} s after the network died")
        with Publishing(ffmpeg(clip, direct + key)) as second:
            podo.wait_until(lambda: podo.metric(ENDS_METRIC, reason="replaced") == number)
            seconds = time.monotonic() - cut_at
            status, said = second.wait()
        expect(status == 0, f"the publisher after network {number} died ended with {status}: {said}")
        return seconds


def evicts_nobody(podo, clip, address):
    """Long enough that the first would be gone, had it been asked."""
    ended_count = podo.metric(ENDS_METRIC)
    with Publishing(ffmpeg(clip, address)) as guess:
        status, said = guess.wait(10)
    expect(status not in (0, None), f"a wrong key was not refused: {status}, {said}")
    expect(podo.metric("podo_rtmp_publishes_total", outcome="unknown-key") == 1, "no wrong key was counted")
    time.sleep(WAIT_SECONDS + 1)
    expect(podo.metric(ENDS_METRIC) == ended_count, "a wrong key ended the publishing of another")
    expect(podo.metric("podo_rtmp_streams") == 1, "a wrong key took a stream")
