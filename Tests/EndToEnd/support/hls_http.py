"""A viewer's connection, and the rules of HTTP that every answer about a stream must obey."""

import email.utils
import gzip
import re
import socket
import time

from .http1 import BadAnswer, read_answer

CONTENT_TYPES = {
    "playlist": {"application/vnd.apple.mpegurl", "audio/mpegurl"},
    "init": {"video/mp4", "audio/mp4"},
    "segment": {"video/mp4", "audio/mp4", "video/iso.segment"},
    "ts": {"video/mp2t"},
    "key": {"application/octet-stream"},
}
EXPOSED = {"date", "content-length", "content-range"}
COMMA = re.compile(r"\s*,\s*")


def kind_of(path):
    path = path.split("?")[0]
    for ending, kind in ((".m3u8", "playlist"), (".mp4", "init"), (".m4s", "segment"), (".ts", "ts")):
        if path.endswith(ending):
            return kind
    return "key"


class Viewer:
    """One connection to the server, made anew when it has ended. Answers take at most `seconds`."""

    def __init__(self, port, seconds=15):
        self.port, self.seconds = port, seconds
        self.client = None

    def close(self):
        if self.client is not None:
            self.client.close()
            self.client = None

    def get(self, path, method="GET", **fields):
        """The answer; OSError or BadAnswer when there is none."""
        lines = [f"{method} {path} HTTP/1.1", "host: localhost"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        is_reused = self.client is not None
        try:
            return self.exchange(request, method)
        except (OSError, BadAnswer) as error:
            self.close()
            # A connection that was idle may have been closed meanwhile; a timeout is no such thing.
            if not is_reused or isinstance(error, socket.timeout):
                raise
        try:
            return self.exchange(request, method)
        except (OSError, BadAnswer):
            self.close()
            raise

    def exchange(self, request, method):
        if self.client is None:
            self.client = socket.create_connection(("127.0.0.1", self.port), self.seconds)
            self.client.settimeout(self.seconds)
        self.client.sendall(request)
        answer = read_answer(self.client, is_head=method == "HEAD")
        if answer.rest:
            raise BadAnswer(f"{len(answer.rest)} bytes after the answer to {request[:60]!r}")
        if answer.closes:
            self.close()
        return answer


def text_of(answer):
    body = gzip.decompress(answer.body) if answer.fields.get("content-encoding") == "gzip" else answer.body
    return body.decode()


def max_age(answer):
    """Seconds for which a cache may keep it; 0 where it may not, None where nothing is said."""
    words = COMMA.split(answer.fields.get("cache-control", "").lower())
    if {"no-store", "no-cache"} & set(words):
        return 0
    for word in words:
        if word.startswith("max-age="):
            return int(word[8:])
    return None


class AnswerRules:
    """`target` is the target duration of the stream in seconds."""

    def __init__(self, report, target):
        self.report, self.target = report, target

    def expect(self, condition, path, mark, message):
        self.report.expect(condition, path, mark, message)

    def check(self, path, answer, method="GET"):
        """What holds for every answer, by its kind and status."""
        self.report.count("answers")
        fields, status = answer.fields, answer.status
        self.expect(not 300 <= status < 400 or status == 304, path, "L20", f"a redirect: {status}")
        self.expect("age" not in fields, path, "LL18", "Age from the origin")
        self.expect("transfer-encoding" not in fields, path, "H1", "Transfer-Encoding")
        if status not in (204, 304):
            self.expect("content-length" in fields, path, "H1", f"no Content-Length in a {status}")
        self.expect("date" in fields, path, "H2", "no Date")
        self.expect(fields.get("access-control-allow-origin") == "*", path, "H3",
                    f"no Access-Control-Allow-Origin in a {status}")
        if method == "OPTIONS":
            return
        exposed = set(COMMA.split(fields.get("access-control-expose-headers", "").lower()))
        self.expect("*" in exposed or EXPOSED <= exposed, path, "H3", f"exposed are {sorted(exposed)} in a {status}")
        self.check_modified(path, fields)
        if status in (200, 206, 304):
            self.check_success(path, answer, method)
        else:
            self.check_error(path, answer)

    def check_success(self, path, answer, method):
        fields, kind = answer.fields, kind_of(path)
        if answer.status != 304:
            self.expect(fields.get("content-type", "").split(";")[0] in CONTENT_TYPES[kind], path, "H4",
                        f"Content-Type {fields.get('content-type')}")
            self.expect(method == "HEAD" or answer.body, path, "H5", "200 and nothing in it")
        # A playlist is outdated sooner than anybody would ask whether it is, and a key is not kept.
        self.expect(fields.get("etag") or kind in ("playlist", "key"), path, "H6", f"no ETag in a {answer.status}")
        urgency = re.match(r"u=(\d)", fields.get("priority", "u=3"))
        is_right = urgency and (int(urgency[1]) == 1 if kind == "playlist" else 2 <= int(urgency[1]) <= 6)
        self.expect(is_right, path, "LL15", f"Priority {fields.get('priority')!r}")
        age, cache = max_age(answer), fields.get("cache-control", "")
        if kind == "playlist":
            self.expect("accept-encoding" in fields.get("vary", "").lower(), path, "H7", "no Vary: Accept-Encoding")
            limit = 6 * self.target if "_HLS_msn" in path else self.target / 2
            self.expect(age is not None and age <= limit, path, "LL16", f"Cache-Control {cache!r} of a playlist")
        elif kind != "key":
            self.expect(age is not None and age >= self.target, path, "LL16", f"Cache-Control {cache!r} of a segment")
            self.expect("immutable" in cache, path, "LL16", f"Cache-Control {cache!r} is not immutable")

    def check_error(self, path, answer):
        age = max_age(answer)
        limit = 4 * self.target if "_HLS_msn" in path else self.target
        self.expect(age is not None and age <= limit, path, "LL16",
                    f"Cache-Control {answer.fields.get('cache-control')!r} of a {answer.status}")

    def check_modified(self, path, fields):
        modified, date = fields.get("last-modified"), fields.get("date")
        if modified is None or date is None:
            return
        age = email.utils.parsedate_to_datetime(date) - email.utils.parsedate_to_datetime(modified)
        self.expect(kind_of(path) != "playlist" or age.total_seconds() <= 3 * self.target, path, "L21",
                    f"Last-Modified is {age.total_seconds():.0f} s ago")


class Watch:
    """Seconds since it was made."""

    def __init__(self):
        self.begun = time.monotonic()

    @property
    def seconds(self):
        return time.monotonic() - self.begun
