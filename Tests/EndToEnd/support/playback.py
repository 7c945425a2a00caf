"""What a player showed and sounded, and what can be read from it: which publishing, how long it stood, how far apart.

The source of every publishing is a plane of one grey, which tells it from the others, that turns white for a tenth of
a second every two seconds, together with a beep.
"""

import subprocess
import threading
from typing import NamedTuple

from .figures import median

PERIOD, FLASH_OFFSET, FLASH_TIME = 2, 0.7, 0.1
FRAMES_PER_SECOND = 30
# Luma of the planes, in the order of publishings, and from where on it is a flash.
LUMAS = [50, 80, 110, 140]
FLASH_LUMA_MIN = 190
# A beep is at -9 dB; silence that went through an encoder is below -60.
BEEP_LEVEL_MIN = -30
BEEP_PAUSE = 0.5


def make_clip(path, number, *, size="640x360", seconds=60, reorders=False):
    """An FLV file of the publishing with this number, as publishers send it: a keyframe every two seconds."""
    # Luma as bytes of video with limited range, as a colour of full range.
    grey = round((LUMAS[number] - 16) * 255 / 219)
    now = f"between(mod(t,{PERIOD}),{{}},{FLASH_OFFSET + FLASH_TIME})"
    # A third of a frame early, so that no rounding moves it to the next.
    picture_now, sound_now = now.format(FLASH_OFFSET - 0.01), now.format(FLASH_OFFSET)
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y",
         "-f", "lavfi", "-i", f"color=c=0x{grey:02x}{grey:02x}{grey:02x}:s={size}:r={FRAMES_PER_SECOND}:d={seconds},"
         f"noise=alls=10:allf=t,drawbox=c=white:t=fill:enable='{picture_now}'",
         "-f", "lavfi", "-i", f"aevalsrc='if({sound_now},0.5*sin(2*PI*1000*t),0)':s=48000:d={seconds}",
         "-c:v", "libx264", "-preset", "ultrafast", "-g", str(PERIOD * FRAMES_PER_SECOND), "-sc_threshold", "0",
         *(["-bf", "2"] if reorders else ["-tune", "zerolatency"]), "-pix_fmt", "yuv420p", "-b:v", "1000k",
         "-c:a", "aac", "-b:a", "96k", "-f", "flv", path],
        check=True, stdin=subprocess.DEVNULL)
    return path


class Frame(NamedTuple):
    """A picture: when it was shown (time since the epoch), its time on the clock that it shares with beeps, its luma,
    its height where the player tells it."""
    shown: float
    time: float
    luma: float
    height: int = 0

    @property
    def is_flash(self):
        return self.luma >= FLASH_LUMA_MIN

    @property
    def publishing(self):
        """The number of the publishing whose plane this is; None for a flash."""
        return None if self.is_flash else min(range(len(LUMAS)), key=lambda number: abs(LUMAS[number] - self.luma))


class Beep(NamedTuple):
    """The beginning of a beep."""
    heard: float
    time: float


class Playback:
    """What a player showed so far. Written by the thread that reads the player, read by the scenario."""

    def __init__(self):
        self.lock = threading.Lock()
        self._frames, self._beeps = [], []
        self.last_loud = None

    def add_frame(self, *values):
        with self.lock:
            self._frames.append(Frame(*values))

    def add_level(self, heard, time, level):
        """Loudness of a short stretch of sound, in decibel."""
        if level < BEEP_LEVEL_MIN:
            return
        with self.lock:
            # Time goes back where a player begins anew: a beep too.
            if self.last_loud is None or not 0 <= time - self.last_loud < BEEP_PAUSE:
                self._beeps.append(Beep(heard, time))
            self.last_loud = time

    def replace(self, frames, beeps):
        """Takes what a player wrote down by itself, all of it."""
        with self.lock:
            self._frames, self._beeps = frames, beeps

    @property
    def frames(self):
        with self.lock:
            return list(self._frames)

    @property
    def beeps(self):
        with self.lock:
            return list(self._beeps)

    def first_shown(self, publishing=None):
        """When the first picture was shown, of any publishing or of this one; None before."""
        return next((frame.shown for frame in self.frames if publishing in (None, frame.publishing)), None)

    def longest_pause(self, start, end):
        """The longest time between two pictures that touches the span, in seconds."""
        frames = self.frames
        before = [frame.shown for frame in frames if frame.shown < start]
        times = before[-1:] + [frame.shown for frame in frames if start <= frame.shown < end] + [end]
        return max((late - early for early, late in zip(times, times[1:])), default=end - start)

    def offsets(self, publishing):
        """How much later than its flash each beep of a publishing came, in seconds. A flash without a beep counts as
        half a period."""
        frames, beeps = self.frames, self.beeps
        flashes = [now for before, now in zip(frames, frames[1:])
                   if now.is_flash and not before.is_flash and before.publishing == publishing]
        # Beeps near in the player's clock can be far in ours: where a player begins anew, times come again.
        return [min((beep.time - flash.time for beep in beeps if abs(beep.heard - flash.shown) < 3 * PERIOD), key=abs,
                    default=PERIOD / 2)
                for flash in flashes]

    def offset(self, publishing):
        """The median, or None with fewer than two flashes."""
        offsets = self.offsets(publishing)
        return median(offsets) if len(offsets) >= 2 else None

    def publishings(self):
        """The order in which publishings were shown."""
        shown = [frame.publishing for frame in self.frames if not frame.is_flash]
        return [number for index, number in enumerate(shown) if index == 0 or shown[index - 1] != number]
