"""One story, told by browsers alone, in each of two browsers, two widths and two languages: a fan signs up, waits in line,
picks a seat on the map, pays at the company's page, opens his ticket and sees moving pictures of what ffmpeg publishes.
In a second window he gives the ticket back: the first one says so and shows nothing more, and an administrator who looks
at refunds meanwhile sees it come, all within about a second. `STORY=firefox,phone` tells only those with such a word."""

import itertools
import json
import os
import time

from scenarios.pages import PASSWORD, sign_up
from scenarios.purchase import account
from support import tools
from support.browser import Chromium, Firefox, Loudspeaker
from support.figures import milliseconds
from support.house import SIMULATED, House, answered
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

BROWSERS, SIZES, LANGUAGES = (Chromium, Firefox), {"phone": 390, "desk": 1280}, ("ko", "en")
ROWS, COLUMNS = 6, 8
STARTUP_MAX = 20
# From the answer to the refund on, in milliseconds.
NEWS_MAX = 1_000
STILL_SECONDS = 3
PICTURE_COUNT, PICTURE_PAUSE, GREYS_MIN = 6, 0.4, 16
WORDS = {
    "ko": {
        "sign-up": "가입하기", "queue": "줄 서기", "paused": "다음 차례입니다", "turn": "차례가 왔습니다!",
        "choose": "좌석 선택", "cart": "티켓 1장 합계", "hold": "결제하러 가기", "pay": "₩99,000 결제하기",
        "paid": "결제되었습니다. 티켓이 발급되었습니다.", "tickets": "내 티켓", "watch": "시청하기", "refund": "환불",
        "quote": "낸 돈 ₩99,000 가운데 돌려받는 돈은 ₩99,000입니다. 이 티켓은 더는 쓸 수 없게 됩니다.",
        "give": "₩99,000 환불받기",
        "given": "티켓 1장의 환불을 접수했습니다. 이제 쓸 수 없는 티켓입니다.", "void": "취소된 티켓",
        "over": "환불·취소되었거나 양도한 티켓입니다. 여기서는 더 볼 수 없습니다."},
    "en": {
        "sign-up": "Sign up", "queue": "Join the queue", "paused": "You're next",
        "turn": "It's your turn!", "choose": "Choose seats", "cart": "Total for 1 ticket", "hold": "Go to payment",
        "pay": "Pay ₩99,000", "paid": "Paid. Your tickets are ready.", "tickets": "My tickets", "watch": "Watch",
        "refund": "Refund", "give": "Get ₩99,000 back",
        "quote": "You get back ₩99,000 of the ₩99,000 you paid. This ticket stops working.",
        "given": "Your refund is on its way. The ticket no longer works.", "void": "This ticket is no longer valid",
        "over": "This ticket was refunded, canceled or transferred. You can no longer watch with it here."},
}
# Where a seat of the map is, as long as all of the hall is in sight.
PLACE = f"""(([row, col]) => {{
  const box = document.querySelector("canvas").getBoundingClientRect();
  const cell = Math.min(box.width / ({COLUMNS} + 2), box.height / ({ROWS} + 3));
  return [box.left + box.width / 2 + (col + 0.5 - ({COLUMNS} + 2) / 2) * cell,
    box.top + box.height / 2 + (row + 1.5 - ({ROWS} + 3) / 2) * cell];
}})"""
# The picture that is seen now: when it is of, a sum that differs from picture to picture, and how many greys it has.
PICTURE = """(() => {
  const video = document.querySelector("video"), paper = document.createElement("canvas");
  [paper.width, paper.height] = [64, 36];
  const pen = paper.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, 0, 0, 64, 36);
  const bytes = pen.getImageData(0, 0, 64, 36).data;
  return [video.currentTime, bytes.reduce((sum, byte) => (sum * 31 + byte) % 2147483647, 7), new Set(bytes).size];
})()"""
# Writes down when something is first so, and when the last picture was shown.
NOTE = """window.notedAt = null;
const noted = () => { if (%s) notedAt ??= Date.now(); };
new MutationObserver(noted).observe(document.body, { childList: true, subtree: true });
const video = document.querySelector("video");
const seen = () => { window.seenAt = Date.now(); video.requestVideoFrameCallback(seen); };
video?.requestVideoFrameCallback(seen);"""
# What has been shown and asked for since somebody cleared the list of it.
SHOWN = "[window.seenAt, document.querySelector('video').currentTime, performance.getEntriesByType('resource').length]"


def run(site):
    tools.require(["chromium", "firefox-esr", "ffmpeg", "pulseaudio"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_LOOPS": "2", "PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    house = House(podo, rows=ROWS, cols=COLUMNS, queue=True)
    account(house.api, "boss", "ROLE_USER")
    expect(podo.run_command("member", "promote", "boss@example.com").returncode == 0, "promote")
    house.publish(site)
    speaker = Loudspeaker(site)
    chosen = [word for word in os.environ.get("STORY", "").split(",") if word]
    stories, delays = 0, []
    for kind in BROWSERS:
        wanted = [one for one in itertools.product(SIZES, LANGUAGES) if all(w in (kind.name, *one) for w in chosen)]
        browser = kind(site, environment=speaker.environment) if wanted else None
        for size, language in wanted:
            delays.append(Story(podo, house, browser, size, language, stories).tell())
            stories += 1
        if browser:
            browser.stop()
    expect(stories, f"no story has all of {chosen}")
    expect_alive(podo)
    told, shown, listed = (milliseconds(max(one) / 1000) for one in zip(*delays))
    return (f"{stories} stories; after a refund the player said so within {told}, showed its last picture within {shown}, "
            f"and administrators knew within {listed}")


class Story:
    def __init__(self, podo, house, browser, size, language, number):
        self.podo, self.house, self.browser, self.number = podo, house, browser, number
        self.name, self.language, self.width = f"{browser.name} {size} {language}", language, SIZES[size]
        self.words = WORDS[language]
        self.windows = []
        browser.errors.clear()
        self.fan, self.boss = self.visitor(), self.visitor()

    def visitor(self, of=None):
        window = self.browser.window(of and of.browser)
        window.listen()
        self.windows.append(window)
        visitor = Visitor(window, f"http://127.0.0.1:{self.podo.http_port}", self.language)
        visitor.width(self.width)
        return visitor

    def tell(self):
        """How long after the answer to the refund the player said so, showed its last picture, and the list had it."""
        rows = self.look_at_refunds()
        sign_up(self.fan, f"fan{self.number}@example.com", self.words["sign-up"])
        self.wait_in_line()
        self.buy()
        self.watch()
        delays = self.give_back(rows)
        for visitor, what in ((self.fan, "the player"), (self.boss, "the administration")):
            visitor.expect_fits(what)
            visitor.expect_well(what)
        self.expect_quiet()
        for window in self.windows:
            window.close()
        return delays

    def look_at_refunds(self):
        """The administrator has the list open from before on: how many it has."""
        self.boss.go("/account/?next=/manage/%23refunds")
        self.boss.fill("#email", "boss@example.com")
        self.boss.fill("#password", PASSWORD)
        self.boss.do("document.querySelector('form [type=submit]').click()")
        self.boss.until("document.querySelector('tbody tr, .empty')", "the refunds are listed")
        self.boss.do("window.isSamePage = true")
        return self.boss.value("document.querySelectorAll('tbody tr').length")

    def wait_in_line(self):
        settings, fan = f"/api/v1/concert/{self.house.concert}/queue", self.fan
        pause = lambda is_paused: answered("queue", self.house.api.send(
            "PATCH", settings, self.house.seller, {"paused": is_paused}), 200)
        pause(True)
        fan.go(f"/show/{self.house.concert}")
        fan.expect_fits("the show")
        fan.click(self.words["queue"], "main")
        fan.says(self.words["paused"])
        fan.expect_fits("the queue")
        fan.expect_well("the queue")
        pause(False)
        fan.says(self.words["turn"])
        fan.click(self.words["choose"], "main")
        fan.until("document.querySelector('canvas')", "the hall is shown")

    def buy(self):
        fan, words = self.fan, self.words
        fan.do("document.querySelector('canvas').scrollIntoView({ block: 'center' })")
        fan.press_at(*fan.value(f"{PLACE}([{1 + self.number // COLUMNS}, {1 + self.number % COLUMNS}])"))
        fan.says(words["cart"])
        fan.expect_fits("the hall")
        fan.click(words["hold"], ".cart")
        fan.click(words["pay"], "main")
        fan.until("location.pathname.startsWith('/simulator/') && document.querySelector('button')", "the company asks")
        fan.expect_fits("the company's page")
        fan.expect_well("the company's page")
        fan.do("document.querySelector('button').click()")
        fan.says(words["paid"])
        fan.click(words["tickets"], "main")
        fan.until("document.querySelectorAll('.ticket').length === 1", "the ticket is there")
        fan.expect_fits("the ticket")

    def watch(self):
        fan = self.fan
        fan.click(self.words["watch"], ".ticket-ways")
        fan.until("document.querySelector('video')?.currentTime > 0", "it plays", STARTUP_MAX)
        pictures, deadline = [fan.value(PICTURE)], time.monotonic() + STARTUP_MAX
        while len(pictures) < PICTURE_COUNT:
            time.sleep(PICTURE_PAUSE)
            at, total, greys = fan.value(PICTURE)
            # Neither a frozen picture, nor one that comes again, nor a plain ground is a moving one.
            if at > pictures[-1][0] and total not in [one[1] for one in pictures] and greys > GREYS_MIN:
                pictures.append((at, total, greys))
            expect(time.monotonic() < deadline, f"{self.name}: the picture stands: {pictures}, now {(at, total, greys)}")
        fan.expect_fits("watching")
        fan.expect_well("watching")

    def give_back(self, rows):
        words, other = self.words, self.visitor(of=self.fan)
        other.go("/tickets/")
        other.click(words["refund"], ".ticket-ways")
        other.says(words["quote"])
        other.expect_fits("the quote")
        other.expect_well("the quote")
        self.fan.do(NOTE % says(words["over"]))
        self.fan.until("window.seenAt", "pictures are shown")
        self.boss.do(NOTE % f"document.querySelectorAll('tbody tr').length > {rows}")
        other.do(NOTE % says(words["given"]))
        other.click(words["give"], ".ask")
        other.says(words["void"])
        begun = other.value("notedAt")
        expect(begun, f"{self.name}: \"{words['given']}\" is not said")
        self.fan.says(words["over"])
        self.boss.until(f"document.querySelectorAll('tbody tr').length === {rows + 1}", "the refund is listed")
        expect(self.boss.value("isSamePage === true"), f"{self.name}: the administration was loaded anew")
        self.expect_still()
        delays = [max(0, at - begun) for at in (self.fan.value("notedAt"), self.fan.value("seenAt"),
                                                self.boss.value("notedAt"))]
        for what, delay in zip(("said", "the last picture", "listed"), delays):
            expect(delay <= NEWS_MAX, f"{self.name}: {what} {delay} ms after the refund")
        other.expect_well("the ticket that was given back")
        return delays

    def expect_still(self):
        """No picture, no time that goes on, no request."""
        self.fan.do("performance.clearResourceTimings()")
        before = self.fan.value(SHOWN)
        time.sleep(STILL_SECONDS)
        after = self.fan.value(SHOWN)
        expect(before == after and after[2] == 0, f"{self.name}: after the refund it goes on: {before}, {after}")

    def expect_quiet(self):
        """Nothing is red in the consoles, but that the player was refused, what a busy machine put off, and what a browser
        looks for beside the picture that a visitor begins with."""
        known = [(" 403 ", "/p/"), (" 503 ", "/api/"), ("img-src", "/favicon.ico")]
        errors = [error for error in self.browser.errors if not any(one in error and two in error for one, two in known)]
        expect(not errors, f"{self.name}: {errors}")


def says(text):
    return f"document.body.innerText.includes({json.dumps(text)})"
