"""Programs that publish over RTMP and are not ours."""

import ctypes
import subprocess
import sys

from .ingest import PUBLISH


def ffmpeg(source, url, paced=False):
    return ["ffmpeg", "-nostdin", "-v", "error", *(["-re"] if paced else []), "-i", source, "-map", "0", "-c", "copy",
            "-f", "flv", url]


def gstreamer(sink, source, url, paced=False):
    """`rtmp2sink`, or `rtmpsink`, which is librtmp."""
    location = f"location={url}" if sink == "rtmp2sink" else f"location={url} live=1"
    return ["gst-launch-1.0", "-q", "filesrc", f"location={source}", "!", "flvdemux", "name=from",
            "from.video", "!", "queue", "!", "into.video", "from.audio", "!", "queue", "!", "into.audio",
            "flvmux", "name=into", "streamable=true", "!", sink, *location.split(" "),
            f"sync={'true' if paced else 'false'}"]


def librtmp(source, url):
    """librtmp without GStreamer: this module as a program of its own."""
    return [sys.executable, __file__, source, url]


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


def publish_by_librtmp(source, url):
    """Sends an FLV file with librtmp's own writer, tag by tag."""
    library = ctypes.CDLL("librtmp.so.1")
    library.RTMP_Alloc.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.RTMP_Alloc())
    library.RTMP_Init(handle)
    address = ctypes.create_string_buffer(url.encode())
    if not library.RTMP_SetupURL(handle, address):
        return "RTMP_SetupURL"
    library.RTMP_EnableWrite(handle)
    if not library.RTMP_Connect(handle, None) or not library.RTMP_ConnectStream(handle, 0):
        return "RTMP_Connect"
    with open(source, "rb") as file:
        flv = file.read()
    offset = 13
    while offset + 15 <= len(flv):
        end = offset + 11 + int.from_bytes(flv[offset + 1:offset + 4], "big") + 4
        if library.RTMP_Write(handle, flv[offset:end], end - offset) <= 0:
            return "RTMP_Write"
        offset = end
    library.RTMP_Close(handle)
    library.RTMP_Free(handle)
    return None


if __name__ == "__main__":
    sys.exit(publish_by_librtmp(*sys.argv[1:]))
