"""SIGTERM while a show is on: viewers watch on, new ones too, for as long as a publisher is there; who waits when it
has been told to go gets an answer at once, and who is reading a segment gets all of it."""

import secrets
import signal
import threading
import time

from support import http1
from support.connections import connect
from support.hls_follow import next_part
from support.hls_http import Viewer, text_of
from support.hls_playlist import BadPlaylist, parse_media
from support.ingest import make_clip
from support.publishers import Publishing, ffmpeg
from support.scenario import expect
from support.servers import Podo
from support.tools import require

DRAIN_SECONDS = 9
# What of it publishers have.
PUBLISHER_SECONDS = DRAIN_SECONDS * 2 / 3
AT_ONCE_SECONDS = 1
PREFIX = "/p/main/"


def run(site):
    require(tools=("ffmpeg",))
    key = secrets.token_hex(16)
    podo = Podo(site, environment={"PODO_STREAM_KEYS": f"main={key}", "PODO_OPEN_GATE": "true",
                                   "PODO_DRAIN_TIME": f"{DRAIN_SECONDS}s"}).start()
    clip = make_clip(site.join("clip.flv"), seconds=4)
    arguments = ffmpeg(clip, f"rtmp://127.0.0.1:{podo.rtmp_port}/live/{key}", paced=True)
    arguments[1:1] = ["-stream_loop", "-1"]
    with Publishing(arguments) as publishing:
        before = wait_for_playlist(podo)
        slow = begin_reading(podo, [segment.uri for segment in before.segments if segment.uri][-1])
        asked_at = time.monotonic()
        podo.send(signal.SIGTERM)
        follower = Follower(podo)
        late_count = watch_as_new(podo, asked_at + PUBLISHER_SECONDS - 1)
        follower.thread.join(DRAIN_SECONDS)
        whole = http1.read_answer(slow, b"H")
        slow.close()
        status = podo.wait(DRAIN_SECONDS)
        seconds = time.monotonic() - asked_at
        _, said = publishing.wait(5)
    expect(status == 0, f"exit status {status}: {podo.log_tail()}")
    expect("The server stops" in said, f"the publisher was not told why: {said}")
    expect(len(whole.body) > 0 and not whole.rest, "a segment that was being read was cut off")
    follower.judge(asked_at)
    # It ends with the publisher, not with those who wait for what it would have sent.
    expect(seconds < PUBLISHER_SECONDS + 2.5, f"it took {seconds:.1f} s")
    return (f"{follower.part_count} parts to who followed and {late_count} playlists to new viewers after SIGTERM; "
            f"who waited last was answered {follower.last} after {follower.last_seconds:.2f} s, exit 0 after "
            f"{seconds:.1f} s")


def wait_for_playlist(podo):
    viewer, deadline = Viewer(podo.http_port), time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = viewer.get(PREFIX + "main.m3u8")
        if answer.status == 200 and len(parse_media(text_of(answer)).segments) > 2:
            viewer.close()
            return parse_media(text_of(answer))
        time.sleep(0.1)
    expect(False, f"no stream after 20 s: {podo.log_tail()}")


def begin_reading(podo, uri):
    """Takes one byte of a segment, and leaves the rest for later."""
    client = connect(podo.http_port, receive_buffer=4096)
    client.sendall(http1.get(PREFIX + uri))
    client.recv(1)
    return client


def watch_as_new(podo, until):
    """Each on a connection of its own."""
    count = 0
    while time.monotonic() < until:
        viewer = Viewer(podo.http_port)
        try:
            expect(viewer.get(PREFIX + "index.m3u8").status == 200, "a new viewer was refused")
        except (OSError, http1.BadAnswer) as error:
            expect(False, f"a new viewer was turned away: {error}")
        viewer.close()
        count += 1
        time.sleep(0.3)
    return count


class Follower:
    """A player with low latency, until it gets no more parts."""

    def __init__(self, podo):
        self.viewer, self.part_count, self.last, self.last_seconds = Viewer(podo.http_port), 0, None, 0.0
        self.failure, self.last_part_at = None, time.monotonic()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            media = parse_media(text_of(self.viewer.get(PREFIX + "main.m3u8")))
            while True:
                sequence, part = next_part(media)
                since = time.monotonic()
                answer = self.viewer.get(f"{PREFIX}main.m3u8?_HLS_msn={sequence}&_HLS_part={part}")
                self.last, self.last_seconds = answer.status, time.monotonic() - since
                if answer.status != 200:
                    return
                media = parse_media(text_of(answer))
                self.part_count, self.last_part_at = self.part_count + 1, time.monotonic()
        except (OSError, http1.BadAnswer, BadPlaylist) as error:
            self.failure = repr(error)
        finally:
            self.viewer.close()

    def judge(self, asked_at):
        watched = self.last_part_at - asked_at
        expect(self.failure is None, f"who followed was cut off {watched:.1f} s after SIGTERM: {self.failure}")
        expect(watched > PUBLISHER_SECONDS - 1.5, f"nothing new came from {watched:.1f} s after SIGTERM on")
        expect(self.last == 503, f"the last to wait was answered {self.last}")
        expect(self.last_seconds < AT_ONCE_SECONDS, f"it waited for {self.last_seconds:.1f} s")
