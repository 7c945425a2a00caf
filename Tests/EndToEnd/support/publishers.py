"""Programs that publish over RTMP and are not ours."""

import os
import subprocess
import sys

from .ingest import PUBLISH


def ffmpeg(source, url, paced=False):
    return ["ffmpeg", "-nostdin", "-v", "error", *(["-re"] if paced else []), "-i", source, "-map", "0", "-c", "copy",
            "-f", "flv", url]


def gstreamer(sink, source, url, paced=False):
    """`rtmp2sink`, or `rtmpsink`, which is librtmp."""
    return ["gst-launch-1.0", "-q", "filesrc", f"location={source}", "!", "flvdemux", "name=from",
            "from.video", "!", "queue", "!", "into.video", "from.audio", "!", "queue", "!", "into.audio",
            "flvmux", "name=into", "streamable=true", "!", sink, f"location={url}",
            f"sync={'true' if paced else 'false'}"]


def librtmp(source, url):
    """librtmp without GStreamer."""
    return [sys.executable, os.path.join(os.path.dirname(__file__), "librtmp.py"), source, url]


def ours(port, key, *options):
    return [PUBLISH, "--port", str(port), "--key", key, "--fast", *options]


class Publishing:
    """A running publisher."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.child = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wait(self, seconds=30):
        """The exit status and what was said."""
        try:
            said, _ = self.child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            said, _ = self.child.communicate()
            return None, said.decode(errors="replace")
        return self.child.returncode, said.decode(errors="replace")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.child.poll() is None:
            self.child.kill()
            self.child.communicate()
