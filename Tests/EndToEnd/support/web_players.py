"""Players in a browser: pages/player.html, opened from a small server of the test, and what it writes down."""

import functools
import http.server
import json
import os
import sys
import threading
import time
from urllib.parse import urlencode

from .playback import Beep, Frame, Playback
from .scenario import expect
from .servers import ROOT

PAGES = os.path.join(ROOT, "Tests/EndToEnd/pages")
PAGE_TIME = 20
HLS_JS = os.path.join(ROOT, "Web/vendor/hls.js")


def require_hls_js():
    """Ends the program with one sentence when it is not there."""
    if not os.path.exists(os.path.join(HLS_JS, "hls.mjs")):
        sys.exit("missing hls.js; `scripts/install-hlsjs` fetches it")


class Pages:
    """Serves pages/, and hls.js below /hls.js/, to loopback."""

    def __init__(self, site):
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(PageHandler, directory=PAGES))
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        site.servers.append(self)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class PageHandler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript"}

    def translate_path(self, path):
        name = path.partition("?")[0]
        return os.path.join(HLS_JS, "hls.mjs") if name == "/hls.js/hls.mjs" else super().translate_path(name)

    def log_message(self, *_):
        """Nobody reads it."""


class WebPlayer:
    """A page that plays; `refresh` fetches what it wrote down so far."""

    def __init__(self, name, browser, pages, url, player="native"):
        self.name, self.browser = name, browser
        self.playback = Playback()
        self.facts = {}
        self.browser.open(f"{pages.origin}/player.html?{urlencode({'source': url, 'player': player})}")
        deadline = time.monotonic() + PAGE_TIME
        while not self.browser.evaluate("typeof begin === 'function'"):
            expect(time.monotonic() < deadline, f"{name}: the page did not load")
            time.sleep(0.05)
        # Not waited for: it comes back only when playing has begun.
        self.browser.evaluate("void begin()")
        self.refresh()

    @property
    def begun(self):
        return self.facts["begun"]

    def refresh(self):
        self.facts = json.loads(self.browser.evaluate("facts()"))
        self.playback.replace([Frame(*row) for row in self.facts["frames"]],
                              [Beep(*row) for row in self.facts["beeps"]])

    def problems(self):
        """What ended its playing; None while all is well."""
        # hls.js adds whole playlists from the second line on.
        return "; ".join(problem.partition("\n")[0] for problem in self.facts["fatal"][:3]) or None
