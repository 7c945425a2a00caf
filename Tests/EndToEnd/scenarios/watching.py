"""Watching in a browser, through everything that happens to a show: it has not begun, it plays by itself when it does,
another device takes over and gives it back, its publisher goes away and comes back, the ticket is given back. The page
says each in words, and goes on by itself when it can. The organizer sees in the studio how the stream does."""

import os
import time

from support import tools
from support.browser import Chromium, Firefox, Loudspeaker
from support.house import PASSWORD, SIMULATED, House, answered
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

STARTUP_MAX = 8
LATENCY_MAX = 6
PLAY_SECONDS = 4
PLAYS = "!document.querySelector('video').paused && document.querySelector('video').currentTime > 0"


def run(site):
    tools.require(["chromium", "firefox-esr", "ffmpeg", "pulseaudio"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_LOOPS": "2", "PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    house = House(podo)
    fan = house.account("fan")
    payment, ticket = house.buy(fan, house.seats[0])
    base = f"http://127.0.0.1:{podo.http_port}"
    visitor = Visitor(Chromium(site), base)
    visitor.width(390)
    sign_in(visitor, "fan")
    visitor.go(f"/watch/{ticket}")
    visitor.says("It has not begun yet")
    visitor.expect_fits("before the show")
    visitor.expect_well("before the show")
    publisher = house.publish(site)
    latency = plays(visitor, "it plays by itself")
    visitor.expect_fits("watching")

    # The same ticket somewhere else: there it plays, here it says so.
    speaker = Loudspeaker(site)
    other = Visitor(Firefox(site, environment=speaker.environment), base, "ko")
    sign_in(other, "fan")
    other.go(f"/watch/{ticket}")
    visitor.says("This ticket was opened on another device")
    plays(other, "it plays on the other device")
    visitor.click("Watch here", ".over")
    plays(visitor, "it plays here again")
    other.says("다른 기기에서 열어")
    other.browser.stop()

    publisher.stop()
    time.sleep(PLAY_SECONDS)
    house.publish(site, "publisher-again")
    plays(visitor, "it goes on when the publisher is back", 40)
    studio(site, base, house)
    house.give_back(fan, payment)
    visitor.says("This ticket was refunded, canceled or transferred")
    visitor.expect_fits("after the refund")
    visitor.browser.stop()
    expect_alive(podo)
    return f"watched in Chromium and Firefox, {latency:.1f} s behind"


def sign_in(visitor, name):
    visitor.go("/account/")
    visitor.fill("#email", f"{name}@example.com")
    visitor.fill("#password", PASSWORD)
    visitor.do("document.querySelector('form button[type=submit]').click()")
    visitor.until("location.pathname === '/'", f"{name} is signed in")


def plays(visitor, what, seconds=STARTUP_MAX * 2):
    """Frames move: more than a second of them in a few; returns how far behind life it is, if that is told."""
    visitor.until(PLAYS, what, seconds)
    before = visitor.value("document.querySelector('video').currentTime")
    visitor.until(f"document.querySelector('video').currentTime > {before} + {PLAY_SECONDS}", what, seconds)
    size = visitor.value("document.querySelector('video').videoWidth")
    expect(size == 640, f"{visitor.browser.name}: the picture is {size} pixels wide")
    text = visitor.value("document.querySelector('.watch-ways .quiet').textContent")
    behind = float("".join(letter for letter in text if letter.isdigit() or letter == ".") or 0)
    expect(behind <= LATENCY_MAX, f"{visitor.browser.name}: {behind} s behind")
    return behind


def studio(site, base, house):
    """The organizer sees that it is live, the numbers, and that all is well."""
    visitor = Visitor(Chromium(site, name="studio"), base)
    sign_in(visitor, "seller")
    visitor.go(f"/studio/live/{house.schedule}")
    visitor.until("document.querySelector('.state[data-state=LIVE]')", "the studio says that it is live")
    visitor.until("document.querySelector('.advice[data-good=true]')", "the studio says that all is well")
    visitor.says("640 × 360")
    visitor.expect_well("the studio")
    visitor.browser.stop()
    answered("stream", house.api.get(f"/api/v1/schedule/{house.schedule}/stream", house.seller), 200)
