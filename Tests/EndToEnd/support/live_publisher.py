"""A publisher that plays clips in a circle, in real time, and does on request what publishers do when they fail."""

import socket
import struct
import threading
import time
import zlib

from . import rtmp
from .elementary import bare_crc, stamp_text, stamped_picture, stamped_sound, units_of_lengths
from .live_ledger import Ledger, Sent

CHUNK_BYTE_COUNT = 65536
VIDEO_MESSAGE, AUDIO_MESSAGE = 9, 8
# A smaller leap stays in its timeline, and dates come back by half of the time.
TIMELINE_JUMP_SECONDS, DATES_SETTLE_SECONDS = 3.0, 8.0
FOURCC = {"avc": b"avc1", "hevc": b"hvc1", "mp4a": b"mp4a"}


class Lane:
    """A track while it plays one reel, from a time of the publishing on."""

    def __init__(self, reel, number, begins_at):
        self.reel, self.number = reel, number
        self.origin = begins_at
        self.index = 0

    @property
    def track(self):
        return (self.reel.kind, self.number)

    @property
    def time(self):
        """When the next frame is decoded, in seconds of the publishing."""
        lap, index = divmod(self.index, len(self.reel.samples))
        return self.origin + (lap * self.reel.length + self.reel.samples[index][0]) / self.reel.timescale

    @property
    def next_is_key(self):
        return self.reel.samples[self.index % len(self.reel.samples)][2]

    def take(self):
        """The composition offset in milliseconds, whether decoding can begin at it, the payload."""
        _, offset, key, payload = self.reel.samples[self.index % len(self.reel.samples)]
        self.index += 1
        return round(offset * 1000 / self.reel.timescale), key, payload


class LivePublisher:
    """Publishes until told to stop. `do(...)` asks for one of the methods below by name, at the next frame."""

    def __init__(self, port, key, clips, seed=0):
        self.port, self.key, self.clips = port, key, clips
        self.ledger = Ledger()
        self.start_timestamp = seed
        self.connection = None
        self.publishing = None
        self.lanes, self.playing = [], clips[:1]
        self.muted = {}
        self.shift = self.delay = self.begun = self.position = 0.0
        self.wishes, self.lock = [], threading.Lock()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.left_open, self.failure = [], None

    def start(self, clips=None):
        self.connect(clips or self.clips[:1])
        self.thread.start()
        return self

    def do(self, name, *arguments):
        with self.lock:
            self.wishes.append((name, arguments))

    def stop(self, how="finished"):
        self.do("end", how)
        self.stopping.set()
        self.thread.join(30)
        for each in self.left_open:
            each.close()

    # Connections

    def connect(self, clips, seconds=20):
        """Connects until somebody is there. The first clip gives the main tracks, others further ones."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.connection = socket.create_connection(("127.0.0.1", self.port), 5)
                break
            except OSError:
                if time.monotonic() > deadline or self.stopping.is_set():
                    raise
                time.sleep(0.1)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=drain, args=(self.connection,), daemon=True).start()
        self.connection.sendall(rtmp.publish_start(self.key))
        self.publishing = self.ledger.begin()
        self.muted, self.shift, self.delay = {}, 0.0, 0.0
        self.begun, self.position = time.monotonic(), 0.0
        self.lanes, self.playing = [], clips
        for number, clip in enumerate(clips):
            self.lanes += [Lane(clip.video, number, 0.0), Lane(clip.audio, number, 0.0)]
        self.configure(self.lanes)

    def configure(self, lanes):
        for lane in lanes:
            self.send(lane, self.position, header(lane, 0, True) + lane.reel.configuration)

    def send(self, lane, seconds, payload):
        kind = VIDEO_MESSAGE if lane.reel.kind == "video" else AUDIO_MESSAGE
        timestamp = (self.start_timestamp + round((seconds + self.shift) * 1000)) & 0xffffffff
        self.connection.sendall(chunks(kind, timestamp, payload))

    # The life of a publishing

    def run(self):
        while not self.stopping.is_set() or self.wishes:
            try:
                self.proceed()
            except OSError as error:
                self.lose(error)

    def proceed(self):
        self.grant()
        if self.connection is None:
            time.sleep(0.05)
            return
        lane = min(self.lanes, key=lambda lane: (lane.time, lane.reel.kind == "audio"))
        self.position = lane.time
        due = self.begun + self.delay + self.position
        wait = due - time.monotonic()
        if wait > 0.05:
            time.sleep(0.05)
            return
        if wait > 0:
            time.sleep(wait)
        self.send_frame(lane, due)

    def send_frame(self, lane, due):
        seconds, index, is_key = lane.time, len(self.publishing.frames.get(lane.track, [])), lane.next_is_key
        offset, key, payload = lane.take()
        if self.is_muted(lane, seconds, is_key):
            return
        text = stamp_text(self.publishing.number, lane.number << 1 | (lane.reel.kind == "audio"), index)
        if lane.reel.kind == "video":
            payload = stamped_picture(payload, lane.reel.family, text)
            bare = bare_crc(units_of_lengths(payload), lane.reel.family)
        else:
            payload = stamped_sound(payload, text)
            bare = zlib.crc32(payload)
        # Before it is sent: it may come out before this thread runs again.
        sent = Sent(text.decode(), zlib.crc32(payload), bare, key, due, time.monotonic())
        self.ledger.add(self.publishing, lane.track, sent)
        self.send(lane, seconds, header(lane, offset, key, is_configuration=False) + payload)

    def is_muted(self, lane, seconds, is_key):
        until = self.muted.get(lane.reel.kind)
        if until is None:
            return False
        if seconds < until or not is_key:
            return True
        del self.muted[lane.reel.kind]
        self.ledger.settle(after=2)
        return False

    def lose(self, error):
        """The server closed the connection. Connects again at once, unless somebody does it later."""
        if self.publishing.ended:
            return
        self.ledger.disturb()
        self.finish("server")
        if self.stopping.is_set():
            return
        try:
            self.connect(self.playing)
        except OSError as failure:
            self.failure = self.failure or f"{error}, then {failure}"
            self.stopping.set()
        self.ledger.settle(after=3)
        # What was sent while the server started comes at once, as after a leap.
        self.ledger.dates_settle_at = time.monotonic() + DATES_SETTLE_SECONDS

    def finish(self, how):
        self.publishing.ended, self.publishing.ended_at = how, time.monotonic()
        if self.connection is not None and how != "dropped":
            self.connection.close()
        self.connection = None

    # What may be asked for

    def grant(self):
        with self.lock:
            wish = self.wishes[0] if self.wishes else None
        if wish:
            getattr(self, wish[0])(*wish[1])
            with self.lock:
                self.wishes.pop(0)

    @property
    def is_busy(self):
        """Something that was asked for is not done, or goes on."""
        return bool(self.wishes or self.muted)

    def stall(self, seconds):
        """The network stands still, then everything comes at once."""
        self.pause(seconds)
        self.ledger.settle(after=2)

    def gap(self, seconds):
        """The encoder goes on counting, and sends nothing."""
        self.pause(seconds)
        self.delay += seconds
        self.shift += seconds
        self.ledger.settle(after=2)

    def hold(self, seconds):
        """The encoder stands still, its clock too."""
        self.pause(seconds)
        self.delay += seconds
        self.ledger.settle(after=2)

    def pause(self, seconds):
        self.ledger.disturb()
        self.stopping.wait(seconds)

    def jump(self, seconds):
        self.ledger.disturb()
        self.shift += seconds
        self.ledger.settle(after=3)
        if abs(seconds) <= TIMELINE_JUMP_SECONDS:
            self.ledger.dates_settle_at = time.monotonic() + DATES_SETTLE_SECONDS

    def mute(self, kind, seconds):
        self.ledger.disturb()
        self.muted[kind] = self.position + seconds

    def switch(self, clip):
        """Goes on with another clip, whose configurations come first."""
        self.ledger.disturb()
        lanes = [Lane(clip.video, 0, self.position), Lane(clip.audio, 0, self.position)]
        self.lanes = lanes + [lane for lane in self.lanes if lane.number]
        self.configure(lanes)
        self.ledger.settle(after=3)

    def end(self, how):
        """`finished`: says goodbye. `left`: closes. `reset`: drops what is unread. `dropped`: says nothing at all."""
        if self.connection is None:
            return
        self.ledger.disturb()
        if how == "finished":
            self.connection.sendall(rtmp.message(20, rtmp.text("deleteStream") + rtmp.number(0) + b"\x05"
                                                 + rtmp.number(1)))
        if how in ("finished", "left"):
            self.connection.shutdown(socket.SHUT_WR)
            time.sleep(0.3)
        elif how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.left_open.append(self.connection)
        self.finish(how)

    def publish(self, clips, wait=0.0):
        self.stopping.wait(wait)
        self.connect(clips)
        self.ledger.settle(after=3)


def drain(connection):
    try:
        connection.settimeout(None)
        while connection.recv(65536):
            pass
    except OSError:
        pass


def chunks(kind, timestamp, payload):
    """A message on a chunk stream of its kind, with full headers."""
    stream = 6 if kind == VIDEO_MESSAGE else 4
    field, extended = (b"\xff\xff\xff", struct.pack(">I", timestamp)) if timestamp >= 0xffffff else (
        timestamp.to_bytes(3, "big"), b"")
    head = rtmp.basic_header(0, stream) + field + len(payload).to_bytes(3, "big") + bytes([kind])
    pieces = [head + struct.pack("<I", 1) + extended + payload[:CHUNK_BYTE_COUNT]]
    for at in range(CHUNK_BYTE_COUNT, len(payload), CHUNK_BYTE_COUNT):
        pieces.append(rtmp.basic_header(3, stream) + extended + payload[at:at + CHUNK_BYTE_COUNT])
    return b"".join(pieces)


def header(lane, offset, is_key, is_configuration=True):
    """What stands before the payload of a tag: of FLV where that knows the codec, otherwise of Enhanced RTMP."""
    family, kind = lane.reel.family, 0 if is_configuration else 1
    frame = 1 if is_key else 2
    composition = offset.to_bytes(3, "big", signed=True)
    if lane.reel.kind == "audio":
        if lane.number == 0:
            return bytes([0xaf, kind])
        return bytes([0x95, kind]) + FOURCC[family] + bytes([lane.number])
    if family == "avc" and lane.number == 0:
        return bytes([frame << 4 | 7, kind]) + composition
    tail = b"" if is_configuration else composition
    if lane.number == 0:
        return bytes([0x80 | frame << 4 | kind]) + FOURCC[family] + tail
    return bytes([0x80 | frame << 4 | 6, kind]) + FOURCC[family] + bytes([lane.number]) + tail
