"""`podo serve` with keys: the log tells an organizer in plain words what came and what is wrong with it, and no key is
ever in the log or on an admin page (S-32)."""

import json
import secrets
import subprocess
import time

from support import tools
from support.ingest import make_clip
from support.publishers import Publishing, ffmpeg
from support.scenario import expect, expect_alive
from support.servers import Podo, free_port

# "No keyframe" is said after ten seconds.
SECONDS = 13
DRAIN_SECONDS = 3
# What of it publishers have.
PUBLISHER_SECONDS = DRAIN_SECONDS * 2 / 3


class Case:
    """A publisher, and what the log must say because of it: an event, and words of its fields."""

    def __init__(self, stream, arguments, wanted, unwanted=(), succeeds=True):
        self.stream, self.arguments, self.wanted, self.unwanted = stream, arguments, wanted, unwanted
        self.succeeds = succeeds


def run(site):
    tools.require(["ffmpeg", "curl"])
    keys = {name: secrets.token_hex(16) for name in ("main", "frozen", "slow", "old", "secure", "query")}
    wrong_key = secrets.token_hex(16)
    rtmp_port, rtmps_port = free_port(), free_port()
    podo = Podo(site, environment={
        "PODO_RTMP_LISTEN": f"127.0.0.1:{rtmp_port}", "PODO_RTMPS_LISTEN": f"127.0.0.1:{rtmps_port}",
        "PODO_STREAM_KEYS": ",".join(f"{name}={key}" for name, key in keys.items()), "PODO_LOG_LEVEL": "debug",
    }).start()
    cases = make_cases(site, keys, wrong_key, f"127.0.0.1:{rtmp_port}", f"127.0.0.1:{rtmps_port}")
    running = [(case, Publishing(case.arguments)) for case in cases]
    pages = ""
    for case, publishing in running:
        with publishing:
            status, said = publishing.wait(SECONDS * 3)
        pages += "".join(podo.admin(path) or "" for path in ("/metrics", "/statusz"))
        expect((status == 0) == case.succeeds, f"{case.stream}: the publisher ended with {status}: {said}")
    podo.wait_until(lambda: len(stopped(lines_of(podo))) >= len(keys))
    expect_alive(podo)
    expect(podo.stop() == 0, "podo did not end well")
    lines = [line for line in lines_of(podo) if line["event"] != "request answered"]
    for case in cases:
        # Who was given up before it named a stream is told apart by nothing but the words.
        stream = case.stream if case.stream in keys else None
        check(case, [line for line in lines if line.get("stream") in (stream, "unknown" if stream is None else stream)])
    with open(podo.log_path, errors="replace") as file:
        everything = file.read() + pages
    for name, key in {**keys, "wrong": wrong_key}.items():
        expect(key not in everything, f"the key of {name} is in the log or on an admin page")
        expect(key[:12] not in everything, f"the beginning of the key of {name} is in the log or on an admin page")
    seconds = is_told_of_the_end(site, keys["main"])
    return (f"{len(cases)} publishers told what they needed, {len(lines)} lines, no key among them; "
            f"one told of the end after {seconds:.1f} s")


def is_told_of_the_end(site, key):
    """SIGTERM lets a publisher go on for two thirds of drain-time, then tells it why it ends; that is an end in order."""
    podo = Podo(site, name="ending", environment={
        "PODO_STREAM_KEYS": f"main={key}", "PODO_DRAIN_TIME": f"{DRAIN_SECONDS}s"}).start()
    url = f"rtmp://127.0.0.1:{podo.rtmp_port}/live/{key}"
    with Publishing(ffmpeg(site.join("good.flv"), url, paced=True)) as publishing:
        podo.wait_until(lambda: json.loads(podo.admin("/statusz"))["streams"])
        start = time.monotonic()
        status = podo.stop(seconds=DRAIN_SECONDS + 5)
        seconds = time.monotonic() - start
        _, said = publishing.wait(10)
    expect(status == 0, f"podo ended with {status} under a publisher")
    expect(PUBLISHER_SECONDS <= seconds < PUBLISHER_SECONDS + 1.5, f"podo ended after {seconds:.1f} s")
    expect("The server stops" in said, f"the publisher was not told why: {said}")
    return seconds


def make_cases(site, keys, wrong_key, plain, secure):
    good = make_clip(site.join("good.flv"), seconds=SECONDS)
    frozen = make_clip(site.join("frozen.flv"), seconds=SECONDS, gop=1000)
    slow = make_clip(site.join("slow.flv"), seconds=SECONDS, gop=150)
    short = make_clip(site.join("short.flv"), seconds=3)
    old = make_old_clip(site.join("old.flv"))
    return [
        Case("main", ffmpeg(good, f"rtmp://{plain}/live/{keys['main']}", paced=True),
             ["stream started", "H.264 video, 640×360", "AAC audio, 44100 Hz", "Receiving H.264", "keyframe every 1.0 s",
              "the publisher ended it"],
             ["no-keyframe", "keyframe-interval-long", "publisher given up"]),
        Case("frozen", ffmpeg(frozen, f"rtmp://{plain}/live/{keys['frozen']}", paced=True),
             ["No keyframe for 10 seconds", "Keyframe Interval"]),
        Case("slow", ffmpeg(slow, f"rtmp://{plain}/live/{keys['slow']}", paced=True),
             ["A keyframe comes every 6.0 s, but segments are to be 2.0 s"]),
        Case("old", ffmpeg(old, f"rtmp://{plain}/live/{keys['old']}", paced=True), ["H.263", "Speex"]),
        Case("secure", ffmpeg(short, f"rtmps://{secure}/live/{keys['secure']}", paced=True), ["stream started"]),
        Case("query", ffmpeg(short, f"rtmp://{plain}/live?key={keys['query']}", paced=True), ["stream started"]),
        Case("unknown", ffmpeg(short, f"rtmp://{plain}/live/{wrong_key}"), ["publish refused", "key"],
             succeeds=False),
        Case("tls-on-plain", ffmpeg(short, f"rtmps://{plain}/live/{wrong_key}"), ["publisher given up", "rtmps"],
             succeeds=False),
        Case("plain-on-tls", ffmpeg(short, f"rtmp://{secure}/live/{wrong_key}"), ["it does not speak TLS"],
             succeeds=False),
        Case("http-on-rtmp", ["curl", "-s", "-m", "5", f"http://{plain}/{wrong_key}"], ["HTTP"], succeeds=False),
    ]


def make_old_clip(path):
    """Codecs of Flash that no browser plays."""
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4", "-f", "lavfi",
         "-i", "sine=d=4:r=16000", "-c:v", "flv", "-c:a", "libspeex", "-ar", "16000", "-ac", "1", "-f", "flv", path],
        check=True, stdin=subprocess.DEVNULL)
    return path


def lines_of(podo):
    with open(podo.log_path, errors="replace") as log:
        return [json.loads(line) for line in log if line.startswith("{")]


def stopped(lines):
    return {line["stream"] for line in lines if line["event"] == "stream stopped"}


def check(case, lines):
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    for words in case.wanted:
        expect(words in text, f"{case.stream}: the log does not say {words!r}:\n{text}")
    for words in case.unwanted:
        expect(words not in text, f"{case.stream}: the log says {words!r}:\n{text}")
