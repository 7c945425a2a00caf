"""A small live stream over HTTP that obeys the rules, and breaks those that a test names: the watch must see it."""

import gzip
import http.server
import threading
import time
import urllib.parse
import zlib

from support import elementary
from support.live_ledger import Ledger, Sent
from tests.media import OTHER, SYNC, clip, fragment

PART_SECONDS, PARTS_PER_SEGMENT, WINDOW = 0.12, 4, 16
FRAMES_PER_PART = 3
# Segments of six target durations.
SKIPPED_FROM = 13
HEAD = ("#EXTM3U\n#EXT-X-VERSION:{version}\n#EXT-X-TARGETDURATION:1\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
        "PART-HOLD-BACK=0.36,HOLD-BACK=3.0,CAN-SKIP-UNTIL={skip}\n#EXT-X-PART-INF:PART-TARGET=0.12\n")


class Origin:
    """`twists` are names of rules to break; see where `self.twists` is read."""

    def __init__(self, twists=(), discontinuity_at=2):
        self.twists, self.discontinuity_at = set(twists), discontinuity_at
        self.ledger = Ledger()
        self.publishing = self.ledger.begin()
        self.segments, self.removed, self.first = [], [], 0
        self.news, self.stopping = threading.Condition(), threading.Event()
        self.discontinuities_gone = 0
        self.frame_index = 0
        self.init = clip().initialisation
        # The past: enough of it to skip some.
        self.begun = time.monotonic()
        for number in range(PARTS_PER_SEGMENT * (WINDOW - 1)):
            due = self.begun + PART_SECONDS * (number - PARTS_PER_SEGMENT * (WINDOW - 1))
            self.append(self.part(due), due + PART_SECONDS)
        origin = self

        class Handler(RequestHandler):
            pass

        Handler.origin = origin
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.threads = [threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True),
                        threading.Thread(target=self.produce, daemon=True)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        with self.news:
            self.news.notify_all()
        self.server.shutdown()
        self.server.server_close()

    # Media

    def produce(self):
        due = self.begun
        while not self.stopping.is_set():
            due += PART_SECONDS
            part = self.part(due - PART_SECONDS)
            time.sleep(max(0, due - time.monotonic()) + (1.5 if "late parts" in self.twists else 0))
            with self.news:
                self.append(part, due)
                self.news.notify_all()

    def part(self, due):
        """Three pictures; the first of every segment is an IDR."""
        samples = []
        decode = self.frame_index * 512
        for _ in range(FRAMES_PER_PART):
            is_key = self.frame_index % (FRAMES_PER_PART * PARTS_PER_SEGMENT) == 0
            source = clip().video.samples[self.frame_index % len(clip().video.samples)][3]
            text = elementary.stamp_text(0, 0, self.frame_index)
            payload = elementary.stamped_picture(source, "avc", text)
            crc = zlib.crc32(payload)
            when = due + 0.04 * len(samples)
            self.ledger.add(self.publishing, ("video", 0), Sent(text.decode(), crc, crc, is_key, when, when))
            if "changed frames" in self.twists and self.frame_index == 200:
                payload = payload[:-1] + bytes([payload[-1] ^ 1])
            if not ("lost frames" in self.twists and self.frame_index == 205):
                samples.append((512, SYNC if is_key else OTHER, 0, payload))
            self.frame_index += 1
        shift = 40_000 if "holes" in self.twists and self.frame_index > 210 else 0
        return fragment(self.frame_index, [(1, decode + shift, samples)])

    def append(self, part, due):
        if not self.segments or len(self.segments[-1]["parts"]) == PARTS_PER_SEGMENT:
            sequence = self.first + len(self.segments)
            self.segments.append({
                "sequence": sequence, "parts": [], "discontinuity": sequence == self.discontinuity_at,
                "date": time.time() + due - time.monotonic() - PART_SECONDS + (5 if "dates" in self.twists else 0)})
        self.segments[-1]["parts"].append(part)
        whole = [s for s in self.segments if len(s["parts"]) == PARTS_PER_SEGMENT]
        if len(whole) > WINDOW:
            gone = self.segments.pop(0)
            self.removed.append(gone)
            self.discontinuities_gone += gone["discontinuity"] and "discontinuity count" not in self.twists
            self.first += 1

    # Playlists

    def edge(self):
        last = self.segments[-1]
        return last["sequence"], len(last["parts"])

    def whole(self):
        return [s["sequence"] for s in self.segments if len(s["parts"]) == PARTS_PER_SEGMENT]

    def render(self, wants_delta):
        whole = self.whole()
        duration = PART_SECONDS * PARTS_PER_SEGMENT
        skipped = max(len(whole) - SKIPPED_FROM, 0) if wants_delta else 0
        lines = [HEAD.format(version=9 if skipped else 6, skip="1.9" if "skip boundary" in self.twists else "6.0")]
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{self.first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{self.discontinuities_gone}\n")
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS\n")
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}\n" if skipped else '#EXT-X-MAP:URI="main/init.0.mp4"\n')
        for number, segment in enumerate(self.segments[skipped:]):
            shown = time.gmtime(segment["date"]), int(segment["date"] % 1 * 1000)
            if segment["discontinuity"]:
                lines.append("#EXT-X-DISCONTINUITY\n")
            if "other dates in deltas" in self.twists and skipped:
                shown = time.gmtime(segment["date"] + 1), 0
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{time.strftime('%Y-%m-%dT%H:%M:%S', shown[0])}.{shown[1]:03}Z\n")
            lines += self.render_parts(segment) if number >= len(self.segments) - skipped - 6 else []
            if segment["sequence"] in whole:
                lines.append(f"#EXTINF:{duration:.3f},\nmain/{segment['sequence']}.m4s\n")
        sequence, count = self.edge()
        hint = (sequence, count) if count < PARTS_PER_SEGMENT else (sequence + 1, 0)
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="main/{hint[0]}.{hint[1]}.m4s"\n')
        return "".join(lines)

    def render_parts(self, segment):
        for index in range(len(segment["parts"])):
            independent = ",INDEPENDENT=YES" if index == 0 or "independent" in self.twists else ""
            yield (f'#EXT-X-PART:DURATION={PART_SECONDS:.3f},URI="main/{segment["sequence"]}.{index}.m4s"'
                   f"{independent}\n")

    def wait(self, sequence, part):
        """Until the playlist goes so far; False after eight seconds."""
        if part is not None and part >= PARTS_PER_SEGMENT:
            sequence, part = sequence + 1, 0
        with self.news:
            return self.news.wait_for(
                lambda: self.stopping.is_set() or "answers early" in self.twists or (
                    sequence in range(0, max(self.whole(), default=-1) + 1) if part is None
                    else self.edge() > (sequence, part)), 8)

    # Names

    def media(self, name):
        """Status and bytes of what is not a playlist."""
        words = name.removeprefix("main/").split(".")
        kept = [] if "early 404" in self.twists else self.removed
        if name == "main/init.0.mp4":
            return 200, self.init
        if words[-1] != "m4s" or not all(word.isdigit() and str(int(word)) == word for word in words[:-1]):
            return 404, b""
        numbers = list(map(int, words[:-1]))
        with self.news:
            segment = next((s for s in kept + self.segments if s["sequence"] == numbers[0]), None)
        if len(numbers) == 1 and segment and len(segment["parts"]) == PARTS_PER_SEGMENT:
            data = b"".join(segment["parts"])
            return 200, data + (self.init if "other unions" in self.twists else b"")
        if len(numbers) == 2 and numbers[1] < PARTS_PER_SEGMENT and numbers[0] <= self.edge()[0] + 1:
            if not self.wait(*numbers):
                return 503, b""
            segment = next((s for s in kept + self.segments if s["sequence"] == numbers[0]), None)
            if segment and numbers[1] < len(segment["parts"]):
                return 200, segment["parts"][numbers[1]]
        return 404, b""


class RequestHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    origin = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        twists, name = self.origin.twists, self.path.removeprefix("/p/show/")
        name, _, query = name.partition("?")
        if name == "index.plain.m3u8" and "refused polls" in twists and time.monotonic() > self.origin.begun + 1:
            return self.answer(503, b"no", "text/plain", 0.5)
        if name in ("index.m3u8", "index.plain.m3u8"):
            return self.answer(200, self.multivariant().encode(), "application/vnd.apple.mpegurl", 0.5)
        if name == "main.m3u8":
            return self.playlist(query)
        status, body = self.origin.media(name)
        if status != 200:
            return self.answer(status, b"no", "text/plain", 0.5)
        if "changing bytes" in twists and self.origin.frame_index > 260 and not name.endswith("mp4"):
            body += b"\x00\x00\x00\x08free"
        kind = "video/mp4" if name.endswith("mp4") else "video/iso.segment"
        self.ranged(body, "text/plain" if "content types" in twists else kind)

    do_HEAD = do_GET

    def do_OPTIONS(self):
        self.answer(204, b"", "text/plain", 1)

    def do_POST(self):
        self.answer(405, b"no", "text/plain", 1)

    def multivariant(self):
        rate = "25" if "frame rate" in self.origin.twists else "25.000"
        codec = "avc1.640028" if "codecs" in self.origin.twists else f"avc1.{clip().video.configuration[1:4].hex()}"
        peak = 1000 if "bit rate" in self.origin.twists else 900000
        return (f'#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH=500000,CODECS="{codec},mp4a.40.2",'
                f"RESOLUTION=160x96,FRAME-RATE={rate}\nmain.m3u8\n")

    def playlist(self, query):
        twists, values = self.origin.twists, urllib.parse.parse_qs(query, keep_blank_values=True)
        numbers = {}
        for name in ("_HLS_msn", "_HLS_part"):
            said = values.get(name)
            if said is not None and (len(said) > 1 or not said[0].isdigit()):
                return self.answer(400, b"no", "text/plain", 1)
            numbers[name] = int(said[0]) if said else None
        sequence, part = numbers["_HLS_msn"], numbers["_HLS_part"]
        ahead = 0 if sequence is None else sequence - max(self.origin.whole(), default=0)
        if sequence is None and part is not None and "part alone" not in twists:
            return self.answer(400, b"no", "text/plain", 1)
        if (ahead > 2 or ahead > 0 and (part or 0) > 100) and "too far" not in twists:
            return self.answer(400, b"no", "text/plain", 1)
        if sequence is not None and sequence < self.origin.first and "old is refused" in twists:
            return self.answer(400, b"no", "text/plain", 1)
        if sequence is not None and ahead <= 2 and not self.origin.wait(sequence, part):
            return self.answer(503, b"no", "text/plain", 1)
        with self.origin.news:
            text = self.origin.render(values.get("_HLS_skip", [""])[0] in ("YES", "v2"))
        return self.answer(200, text.encode(), "application/vnd.apple.mpegurl", 1 if sequence is not None else 0)

    def ranged(self, body, kind):
        said = self.headers.get("range")
        if not said or "ranges" in self.origin.twists:
            return self.answer(200, body, kind, 3600)
        first, _, last = said.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(len(body) - int(last), 0)
        end = min(int(last), len(body) - 1) if first and last else len(body) - 1
        if start >= len(body):
            return self.answer(416, b"", kind, 1, {"Content-Range": f"bytes */{len(body)}"})
        return self.answer(206, body[start:end + 1], kind, 3600, {"Content-Range": f"bytes {start}-{end}/{len(body)}"})

    def answer(self, status, body, kind, max_age, more=()):
        twists, is_playlist = self.origin.twists, "mpegurl" in kind
        tag = f'"{zlib.crc32(body):x}"'
        fields = {"Content-Type": kind, "Access-Control-Allow-Origin": "*", "ETag": tag,
                  "Access-Control-Expose-Headers": "Date, Content-Length, Content-Range",
                  "Access-Control-Allow-Headers": "Range", "Access-Control-Max-Age": "60",
                  "Cache-Control": "no-cache" if max_age < 1 else f"max-age={max_age}"} | dict(more)
        if max_age > 1000:
            fields["Cache-Control"] += "" if "cache control" in twists else ", immutable"
        if is_playlist:
            fields["Vary"] = "Accept-Encoding"
            fields["Priority"] = "u=5" if "urgency" in twists else "u=1"
            accepted = self.headers.get("accept-encoding", "")
            if "gzip" in accepted and "gzip;q=0" not in accepted and "gzip" not in twists:
                body, fields["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        if "age" in twists:
            fields["Age"] = "0"
        if "cors" in twists:
            del fields["Access-Control-Allow-Origin"]
        if status == 200 and self.headers.get("if-none-match") == tag and "etags" not in twists:
            status, body = 304, b""
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        if status not in (204, 304) and not ("length" in twists and self.command == "HEAD"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
