"""The load of the ingest benchmark: the clip, its publishers, and nginx with the RTMP module as the peer."""

import json
import os
import re
import signal
import subprocess
import time

from support.process import Process
from support.servers import ROOT, can_connect, free_port, pinned

# A stage's stream as OBS sends it: 720p25 at a constant bitrate, two seconds between keyframes, AAC at 48 kHz.
CLIP_SECONDS = 20
CLIP_PATH = os.path.join(ROOT, ".build", f"ingest-clip-{CLIP_SECONDS}s.flv")
CLIP_ENCODING = [
    "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
    "-t", str(CLIP_SECONDS), "-vf", "noise=alls=12:allf=t",
    "-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p", "-threads", "1",
    "-b:v", "2500k", "-minrate", "2500k", "-maxrate", "2500k", "-bufsize", "2500k",
    "-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-f", "flv",
]
RTMP_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so"
START_SECONDS_BETWEEN = 0.05
END_SECONDS_MAX = 10


def prepare_clip():
    """Encodes what every publisher sends again and again, once: it is kept beside the build."""
    if not os.path.exists(CLIP_PATH):
        # Under another name first: an interrupted run leaves no half a clip.
        subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *CLIP_ENCODING, CLIP_PATH + ".new"], check=True)
        os.rename(CLIP_PATH + ".new", CLIP_PATH)


def packets_per_second():
    """How many packets of picture and sound the clip has in a second."""
    answer = subprocess.run(
        ["ffprobe", "-loglevel", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "json",
         CLIP_PATH], check=True, stdout=subprocess.PIPE)
    return sum(int(stream["nb_read_packets"]) for stream in json.loads(answer.stdout)["streams"]) / CLIP_SECONDS


class Publisher(Process):
    """ffmpeg, sending the clip at its own speed, for some seconds or until it is told to end."""

    MUXED = re.compile(r"\((video|audio)\): (\d+) packets muxed")

    def __init__(self, url, log_path, pin=None, seconds=None):
        length = [] if seconds is None else ["-t", str(seconds)]
        super().__init__(
            pinned(["ffmpeg", "-nostdin", "-loglevel", "verbose", "-nostats", "-re", "-stream_loop", "-1",
                    "-i", CLIP_PATH, *length, "-c", "copy", "-f", "flv", url], pin), log_path)

    def end(self):
        """Asks for the end in order, for which ffmpeg says how many packets it has sent."""
        self.send(signal.SIGINT)

    def sent_packet_count(self):
        """Waits for the end; how many packets went out, or None when ffmpeg did not end in order.

        A second signal would make it break off in the middle of a packet that it has counted.
        """
        self.wait(END_SECONDS_MAX)
        counts = self.MUXED.findall(self.log_tail(80))
        return sum(int(count) for _, count in counts) if counts else None


class Publishers:
    """All of them against one server, started one after another; leaving the `with` ends them."""

    def __init__(self, site, urls, pin=None):
        self.all = []
        for number, url in enumerate(urls):
            self.all.append(Publisher(url, site.join(f"publisher-{number}.log"), pin))
            time.sleep(START_SECONDS_BETWEEN)

    @property
    def dead(self):
        return [publisher for publisher in self.all if not publisher.is_alive]

    def sent_packet_counts(self):
        """Ends all of them; how many packets each has sent."""
        for publisher in self.all:
            publisher.end()
        return [publisher.sent_packet_count() for publisher in self.all]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for publisher in self.all:
            publisher.stop(signal.SIGINT)


class NginxRTMP(Process):
    """Debian's nginx with its RTMP module and one worker: it takes streams in and does nothing else with them."""

    def __init__(self, site, name="nginx-rtmp", pin=None):
        self.rtmp_port = free_port()
        prefix = site.join(name)
        os.mkdir(prefix)
        configuration = os.path.join(prefix, "nginx.conf")
        with open(configuration, "w") as file:
            file.write(self.configuration(prefix))
        super().__init__(
            pinned(["nginx", "-p", prefix, "-c", configuration, "-e", "stderr"], pin), site.join(f"{name}.log"))
        site.servers.append(self)

    def start(self):
        self.wait_until(lambda: can_connect(self.rtmp_port))
        return self

    def url(self, number):
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/s{number}"

    def application(self):
        """Directives for what else is to be done with the streams."""
        return ""

    def configuration(self, prefix):
        return f"""
load_module {RTMP_MODULE};
daemon off;
worker_processes 1;
pid {prefix}/nginx.pid;
user {"root" if os.geteuid() == 0 else "nobody"};
events {{ worker_connections 1024; }}
rtmp {{
    access_log off;
    server {{
        listen 127.0.0.1:{self.rtmp_port};
        chunk_size 4096;
        application live {{
            live on;
            record off;{self.application()}
        }}
    }}
}}
"""
