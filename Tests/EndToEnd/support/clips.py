"""Clips to publish again and again: pictures with keyframes at random places, and sound that never repeats itself."""

import random
import subprocess
from dataclasses import dataclass

from .elementary import family_of
from .mp4 import boxes, read_fragments, read_initialisation


@dataclass
class Reel:
    """The samples of one track, to be played in a circle: it begins with a keyframe."""
    kind: str
    family: str
    configuration: bytes
    timescale: int
    # (decode time from the beginning, composition offset, whether decoding can begin, payload)
    samples: list
    length: int


@dataclass
class Clip:
    name: str
    video: Reel
    audio: Reel
    # As ffmpeg wrote it.
    initialisation: bytes


# The longest segment is 6 s by default: one GOP in a while is longer than it.
USUAL_GOPS, LONG_GOPS = (0.24, 0.5, 1.0, 1.0, 2.0, 2.0, 2.0, 3.2, 4.0), (7.2, 9.0)


def keyframe_times(seed, seconds, long_share=0.06):
    """Where GOPs begin, by chance."""
    source, times, at = random.Random(seed), [], 0.0
    while at < seconds:
        times.append(at)
        gops = LONG_GOPS if source.random() < long_share else USUAL_GOPS
        at += source.choice(gops)
    return times


def make_clip(path, *, name, seconds, times, size="640x360", rate="25", codec="libx264", reorders=True,
              bits="600k", audio_rate=44100, channels=2, tone=440):
    """Encodes a clip and reads it back."""
    forced = ",".join(f"{time:.3f}" for time in times)
    encoder = ["-c:v", codec, "-preset", "ultrafast", "-g", "100000", "-bf", "2" if reorders else "0",
               "-forced-idr", "1", "-force_key_frames", forced, "-pix_fmt", "yuv420p", "-b:v", bits]
    if codec == "libx264":
        encoder += ["-sc_threshold", "0"]
    else:
        encoder += ["-tag:v", "hvc1", "-x265-params", "log-level=none:open-gop=0:scenecut=0:keyint=100000:pools=1"]
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}",
         "-f", "lavfi", "-i", f"aevalsrc=0.3*sin(2*PI*t*({tone}+20*t))+0.05*random(0):s={audio_rate}:d={seconds}",
         *encoder, "-c:a", "aac", "-b:a", "96k", "-ac", str(channels),
         "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", path],
        check=True, stdin=subprocess.DEVNULL)
    return read_clip(name, path)


def read_clip(name, path):
    with open(path, "rb") as file:
        data = file.read()
    start = next(first for kind, first, _ in boxes(data) if kind == "moof") - 8
    tail = next((first for kind, first, _ in boxes(data) if kind == "mfra"), len(data) + 8) - 8
    tracks = read_initialisation(data[:start])
    reels = {}
    for number, track in tracks.items():
        samples = [sample for fragment in read_fragments(data[start:tail], tracks)
                   for sample in fragment.tracks.get(number, [])]
        reels[track.kind] = Reel(
            track.kind, family_of(track.codec), track.configuration, track.timescale,
            *evenly(track.kind, samples))
    return Clip(name, reels["video"], reels["audio"], data[:start])


def evenly(kind, samples):
    """The samples of a reel and its length: fragments by ffmpeg do not begin and end as evenly as they go on."""
    step = samples[1].duration if kind == "video" else 1024
    origin = samples[0].decode
    return [(sample.decode - origin if kind == "video" else index * step, sample.offset, sample.is_sync, sample.payload)
            for index, sample in enumerate(samples)], len(samples) * step
