"""Programs that people publish with, and ours with every variant of the wire: units out are frames in."""

import itertools

from support import publishers, tools
from support.ingest import Probe, expect_same, expected_of, make_clip, packets_of
from support.publishers import Publishing
from support.scenario import expect, expect_alive

# How our own publisher cuts the same file; each must come out the same.
WIRES = {
    **{f"profile-{name}": ["--profile", name]
       for name in ("obs", "ffmpeg", "rtmpsink", "rtmp2sink", "fmle", "flash", "flash-amf3", "larix", "haishinkit")},
    **{f"chunk-size-{size}": ["--chunk-size", str(size)] for size in (1, 127, 4096, 65536, 0x7fffffff)},
    **{f"chunk-stream-{number}": ["--chunk-stream", str(number), "--backwards", "negativeDelta"]
       for number in (5, 63, 64, 319, 320, 65599)},
    "three-byte-headers": ["--chunk-stream", "64", "--three-byte-headers"],
    "full-headers": ["--formats", "full"],
    "begins-with-one": ["--formats", "beginsWithOne"],
    "librtmp-headers": ["--formats", "librtmp", "--chunk-stream", "4", "--backwards", "negativeDelta"],
    "digest-second": ["--handshake", "digestSecond"],
    "digest-first": ["--handshake", "digestFirst"],
    "small-segments": ["--piece", "700"],
    "aggregate": ["--aggregate", "7"],
}

# Streams that no file holds: time that grows into extended timestamps, and codecs of Enhanced RTMP.
GENERATED = {
    **{f"extended-{repetition}-{size}": [
        "--start", "16776000", "--repetition", repetition, "--chunk-size", str(size), "--seconds", "3"]
       for repetition, size in itertools.product(("field", "absent", "absolute"), (128, 65536))},
    "wraps-at-24-bits": ["--start", "16776000", "--never-extends", "--seconds", "3"],
    "wraps-at-31-bits": ["--start", str(2**31 - 1000), "--seconds", "3"],
    "wraps-at-32-bits": ["--start", str(2**32 - 1000), "--seconds", "3"],
    "hevc-opus": ["--video", "hevc", "--audio", "opus", "--reorder"],
    "legacy-hevc": ["--video", "legacyHEVC", "--audio", "aac", "--reorder"],
    "av1-flac": ["--video", "av1", "--audio", "flac"],
    "vp9-ac3": ["--video", "vp9", "--audio", "ac3"],
    "avc-eac3": ["--video", "avc", "--audio", "eac3", "--reorder"],
    "mp3-alone": ["--video", "none", "--audio", "mp3"],
}


def run(site):
    tools.require(["ffmpeg", "ffprobe", "gst-launch-1.0"])
    probe = Probe(site).start()
    clips = {
        "both": make_clip(site.join("both.flv"), reorders=True),
        "straight": make_clip(site.join("straight.flv"), reorders=False),
        "video": make_clip(site.join("video.flv"), audio=False),
        "audio": make_clip(site.join("audio.flv"), video=None),
    }
    sources = {name: packets_of(path) for name, path in clips.items()}
    count = publish_foreign(probe, clips, sources) + publish_ours(site, probe, clips, sources)
    expect_alive(probe)
    streams = {line["stream"] for line in probe.lines(what="end")}
    return f"{len(streams)} publishers, {count} units, each as it was sent"


def publish_foreign(probe, clips, sources):
    """Programs of others, all at once."""
    def plain(key):
        return f"rtmp://127.0.0.1:{probe.port}/live/{key}"

    running = {
        "ffmpeg-plain": ("both", publishers.ffmpeg(clips["both"], plain("ffmpeg-plain"), paced=True)),
        "ffmpeg-straight": ("straight", publishers.ffmpeg(clips["straight"], plain("ffmpeg-straight"))),
        "ffmpeg-video": ("video", publishers.ffmpeg(clips["video"], plain("ffmpeg-video"))),
        "ffmpeg-audio": ("audio", publishers.ffmpeg(clips["audio"], plain("ffmpeg-audio"))),
        "ffmpeg-secure": ("both", publishers.ffmpeg(
            clips["both"], f"rtmps://127.0.0.1:{probe.secure_port}/live/ffmpeg-secure")),
        "rtmp2sink": ("both", publishers.gstreamer("rtmp2sink", clips["both"], plain("rtmp2sink"))),
        "rtmpsink": ("both", publishers.gstreamer("rtmpsink", clips["both"], plain("rtmpsink"))),
        "librtmp": ("both", publishers.librtmp(clips["both"], plain("librtmp"))),
    }
    started = {key: Publishing(arguments) for key, (_, arguments) in running.items()}
    for key, publishing in started.items():
        with publishing:
            status, said = publishing.wait()
        expect(status == 0, f"{key} ended with {status}: {said}")
    for key in running:
        probe.wait_for_end(key)
    return sum(expect_same(key, sources[clip], probe.units(key)) for key, (clip, _) in running.items())


def publish_ours(site, probe, clips, sources):
    count = 0
    for key, options in WIRES.items():
        send(probe, key, ["--flv", clips["both"], *options])
    for key, options in GENERATED.items():
        send(probe, key, [*options, "--expect", site.join(f"{key}.expected")])
    for key in [*WIRES, *GENERATED]:
        probe.wait_for_end(key)
    for key in WIRES:
        count += expect_same(key, sources["both"], probe.units(key))
    for key in GENERATED:
        count += expect_same(key, expected_of(site.join(f"{key}.expected")), probe.units(key))
    return count


def send(probe, key, options):
    with Publishing(publishers.ours(probe.port, key, *options)) as publishing:
        status, said = publishing.wait()
    expect(status == 0, f"{key}: RTMPPublish ended with {status}: {said}")
