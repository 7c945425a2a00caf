"""Captions in the pictures of a publisher, read by who watches: there is a button once there are some, by hand and by key,
on a phone and a desk, and what was chosen is remembered. They are seen while they are said, though it is live. Without
any there is no button."""

import json
import os
import time

from scenarios.watching import PLAY_SECONDS, plays, sign_in
from support import tools
from support.browser import Chromium, Firefox, Loudspeaker
from support.captions import POP_ON_TEXT, ROLL_UP_TEXT, captioned
from support.clips import make_clip
from support.house import SIMULATED, House
from support.live_publisher import LivePublisher
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

with open(os.path.join(ROOT, "Tests/EndToEnd/pages/captions.js"), encoding="utf-8") as file:
    RULES = file.read().strip()
CLIP_SECONDS = 8
# Of a player that tells of a caption when the next one comes, the first is late by all of its time.
LATE_SECONDS_MAX = 1.0
PATIENCE_SECONDS = 40
BUTTON = "document.querySelector('.captions')"
# What is drawn over the picture, and since when it ought to be.
SAID = """(() => {
  const video = document.querySelector("video");
  const track = [...video.textTracks].find((one) => one.mode === "showing");
  const cue = track?.activeCues?.[0];
  return cue ? { text: cue.getCueAsHTML().textContent, late: video.currentTime - cue.startTime } : null;
})()"""


def run(site):
    tools.require(["chromium", "firefox-esr", "ffmpeg", "pulseaudio"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_LOOPS": "2", "PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    house = House(podo)
    fan = house.account("fan")
    _, ticket = house.buy(fan, house.seats[0])
    base = f"http://127.0.0.1:{podo.http_port}"
    visitor = Visitor(Chromium(site), base)
    visitor.width(390)
    sign_in(visitor, "fan")
    wrong = visitor.browser.evaluate(RULES)
    expect(wrong == [], f"{wrong}")
    watch(visitor, ticket)
    publisher = house.publish(site)
    plays(visitor, "a show without captions plays")
    expect(visitor.value(f"{BUTTON}.hidden && document.querySelector('video').textTracks.length === 0"),
           "a show without captions has a choice of them")
    visitor.press("c", "KeyC")
    expect(visitor.value("localStorage.getItem('podo-captions')") is None, "a key chooses what there is not")
    publisher.stop()

    clip = make_clip(site.join("clip.mp4"), name="captions", seconds=CLIP_SECONDS, times=range(0, CLIP_SECONDS, 2),
                     reorders=False)
    key = house.stream_key()
    live = LivePublisher(podo.rtmp_port, key["streamKey"], [captioned(clip)]).start()
    late = choose(visitor, "Captions")
    watch(visitor, ticket)
    reads(visitor, ROLL_UP_TEXT, "what was chosen is remembered")
    turn_off(visitor)
    visitor.browser.stop()

    speaker = Loudspeaker(site)
    other = Visitor(Firefox(site, environment=speaker.environment), base, "ko")
    other.width(1200)
    sign_in(other, "fan")
    watch(other, ticket)
    choose(other, "자막")
    turn_off(other)
    other.browser.stop()
    live.stop()
    expect(live.failure is None, f"the publisher: {live.failure}")
    expect_alive(podo)
    return f"read in Chromium and Firefox, {late:.2f} s after they are said"


def watch(visitor, ticket):
    """Once more when the server has too much to do, as it may on a busy machine."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        visitor.go(f"/watch/{ticket}")
        if visitor.value("Boolean(document.querySelector('video'))") or time.monotonic() > deadline:
            return
        time.sleep(1)


def choose(visitor, name):
    """They are off until somebody wants them; by the key, wherever he is on the page."""
    plays(visitor, "a show with captions plays", PATIENCE_SECONDS)
    visitor.until(f"!{BUTTON}.hidden", "captions can be chosen", PATIENCE_SECONDS)
    expect(visitor.value(f"[{BUTTON}.textContent, {BUTTON}.getAttribute('aria-pressed')]") == [name, "false"],
           f"{visitor.browser.name}: the button is {visitor.value(f'{BUTTON}.outerHTML')}")
    expect(visitor.value(SAID) is None, f"{visitor.browser.name}: captions that nobody wants")
    visitor.press("c", "KeyC")
    expect(visitor.value(f"{BUTTON}.getAttribute('aria-pressed')") == "true", f"{visitor.browser.name}: the key does nothing")
    reads(visitor, ROLL_UP_TEXT, "a caption that grows is read")
    reads(visitor, "\n".join(POP_ON_TEXT), "a caption is read")
    late = visitor.value(SAID)["late"]
    expect(late <= LATE_SECONDS_MAX, f"{visitor.browser.name}: a caption is shown {late:.1f} s after it is said")
    visitor.expect_fits("captions")
    visitor.expect_well("captions")
    return late


def reads(visitor, text, what):
    visitor.until(f"{SAID}?.text === {json.dumps(text)}", what, PATIENCE_SECONDS)


def turn_off(visitor):
    visitor.do(f"{BUTTON}.click()")
    expect(visitor.value(f"{SAID} === null && {BUTTON}.getAttribute('aria-pressed') === 'false'"),
           f"{visitor.browser.name}: captions are still there")
    before = visitor.value("document.querySelector('video').currentTime")
    visitor.until(f"document.querySelector('video').currentTime > {before} + {PLAY_SECONDS}", "it plays on", PATIENCE_SECONDS)
    expect(visitor.value(SAID) is None, f"{visitor.browser.name}: captions are back by themselves")
