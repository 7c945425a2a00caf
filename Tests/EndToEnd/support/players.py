"""Players without a browser: each runs as a process and writes what it decodes to a pipe, at the pace of playing."""

import os
import re
import threading
import time

from .playback import Playback
from .process import Process

# Written by libavfilter for every picture and every 256 samples: a line with its time, then one with its value.
PICTURE_FILTER = "scale=32:18,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file={}:direct=1"
SOUND_FILTER = ("asetnsamples=n=256:p=0,astats=metadata=1:reset=1:measure_perchannel=none,"
                "ametadata=print:key=lavfi.astats.Overall.RMS_level:file={}:direct=1")


class Player(Process):
    """A program that plays `url`, and its playback so far."""

    def __init__(self, site, name, url):
        self.name = name
        self.playback = Playback()
        self.begun = time.time()
        self.pipes, self.readers, self.output = [], [], None
        arguments = self.arguments(url)
        ends = [end for _, end in self.pipes]
        super().__init__(arguments, site.join(f"{self.name}.log"), {**os.environ, "HOME": site.path},
                         output=self.output, descriptors=ends)
        for end in ends:
            os.close(end)
        for (start, _), read in zip(self.pipes, self.reads()):
            reader = threading.Thread(target=self.follow, args=(start, read), daemon=True)
            reader.start()
            self.readers.append(reader)
        # Before the servers, so that leaving the site ends players first.
        site.servers.insert(0, self)

    def arguments(self, url):
        raise NotImplementedError

    def reads(self):
        """For each pipe, what takes its lines."""
        raise NotImplementedError

    def pipe(self):
        """The number of a descriptor that the program writes to."""
        start, end = os.pipe()
        self.pipes.append((start, end))
        return end

    @staticmethod
    def follow(descriptor, read):
        with open(descriptor, errors="replace") as lines:
            for line in lines:
                read(time.time(), line)

    def refresh(self):
        """Nothing to do: it is followed as it goes."""

    def problems(self):
        """What ended it or broke its playing, in one sentence; None while all is well."""
        return None if self.is_alive else f"ended with status {self.child.returncode}: {self.log_tail(5)}"


class LibAVPlayer(Player):
    """Reads the lines of the two filters."""

    def reads(self):
        return [Measured(self.playback.add_frame), Measured(self.playback.add_level)]

    def filters(self):
        """Both with a pipe each. The colon is escaped for the option and for the graph that it stands in."""
        return [text.format(f"pipe\\\\:{self.pipe()}") for text in (PICTURE_FILTER, SOUND_FILTER)]


class Measured:
    """Puts the two lines of a measurement together."""

    def __init__(self, add):
        self.add, self.time = add, None

    def __call__(self, now, line):
        if "pts_time:" in line:
            self.time = float(line.split("pts_time:")[1].split()[0])
        elif "=" in line and self.time is not None:
            self.add(now, self.time, float(line.split("=")[1]))


class FFmpeg(LibAVPlayer):
    """The program ffmpeg, held to the pace of the media as a player is."""

    def arguments(self, url):
        picture, sound = self.filters()
        return ["ffmpeg", "-nostdin", "-v", "warning", "-re", "-i", url, "-map", "0:v:0", "-map", "0:a:0",
                "-vf", picture, "-af", sound, "-fps_mode", "passthrough", "-f", "null", "-"]


class MPV(LibAVPlayer):
    """mpv with outputs that keep time and show nothing."""

    def arguments(self, url):
        picture, sound = self.filters()
        return ["mpv", "--no-config", "--no-terminal", "--msg-level=all=warn", "--vo=null", "--ao=null", "--hwdec=no",
                f"--vf=lavfi=[{picture}]", f"--af=lavfi=[{sound}]", url]


class GStreamer(Player):
    """playbin3 with hlsdemux2; its measuring elements speak on the bus, which gst-launch prints."""

    picture = re.compile(r"GstVideoAnalyse,.* running-time=\(guint64\)(\d+),.* luma-average=\(double\)([0-9.e+-]+)")
    sound = re.compile(r" level,.* running-time=\(guint64\)(\d+),.* rms=\(GValueArray\)< ([^ ,>]+)")

    def arguments(self, url):
        self.output = self.pipe()
        return ["gst-launch-1.0", "-m", "playbin3", f"uri={url}",
                "video-sink=videoconvert ! videoscale ! video/x-raw,width=32,height=18 ! videoanalyse"
                " ! fakesink sync=true",
                "audio-sink=audioconvert ! audio/x-raw,channels=1 ! level interval=5000000 ! fakesink sync=true"]

    def reads(self):
        return [self.take]

    def take(self, now, line):
        if found := self.picture.search(line):
            self.playback.add_frame(now, int(found[1]) / 1e9, float(found[2]) * 255)
        elif found := self.sound.search(line):
            self.playback.add_level(now, int(found[1]) / 1e9, float(found[2]))
