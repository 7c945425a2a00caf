"""Pictures of every page and state, for somebody to look at: on a phone and a desk, in Korean and English, written to
`var/pictures/` as `page.width.language.png`, and with `DARK=1` in the dark too. What can be told without looking is told:
what does not fit, what the page checks find, and words of the API that nobody put into a language. `PICTURES=manage,studio`
takes only pages whose name has one of these words in it, `BROWSER=firefox` takes them with Firefox."""

import base64
import os
import re
import shutil
import time
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

from scenarios.pages import make_concert
from scenarios.purchase import DAY, account, moment
from support.api import Api
from support.browser import Chromium, Firefox
from support.house import PASSWORD, SIMULATED, House, answered
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

FOLDER = os.path.join(ROOT, "var/pictures")
WIDTHS = {"phone": 390, "desk": 1280}
HEIGHT_MAX = 5000
# Longer than all pictures take: a checkout is pictured in time.
HELD_SECONDS = 3600
# A page that could not get what it shows, and offers to try again.
TROUBLE = "document.querySelector('main > .trouble button') !== null"
# Capitals that are words of people, of formats, or of companies.
NAMES = {"CSV", "STAGE", "VIP", "OBS", "JPEG", "PNG", "KRW", "POST", "GET", "PATCH", "DELETE", "HTTP", "RTMP", "SETTLE",
         "EARLY", "FRIENDS", "JSON", "HTTPS", "REJECT_CARD_PAYMENT"}
CODE = re.compile(r"\b[A-Z][A-Z]{3,}(?:_[A-Z]+)*\b|\b[A-Z]+(?:_[A-Z]+)+\b")


def run(site):
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_LOOPS": "2"}).start()
    world = World(site, podo)
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    count, wrong = pictures(site, f"http://127.0.0.1:{podo.http_port}", world)
    expect_alive(podo)
    expect(not wrong, "; ".join(wrong))
    return f"{count} pictures in {os.path.relpath(FOLDER, ROOT)}"

# Wings beside a floor, and a balcony across behind them.
HALL = [{"name": "왼쪽", "rows": [1, 10], "cols": [1, 8]}, {"name": "가운데", "rows": [1, 14], "cols": [9, 28]},
        {"name": "오른쪽", "rows": [1, 10], "cols": [29, 36]}, {"name": "발코니", "rows": [15, 20], "cols": [1, 36]}]


class World:
    """A house in which something of everything has happened."""

    def __init__(self, site, podo):
        house = House(podo, rows=8, cols=12, hold_seconds=HELD_SECONDS)
        api, seller = house.api, house.seller
        self.concert, self.schedule = house.concert, house.schedule
        account(Api(podo.http_port), "boss", "ROLE_USER")
        expect(podo.run_command("member", "promote", "boss@example.com").returncode == 0, "promote")
        account(Api(podo.http_port), "novice", "ROLE_SELLER")
        body = {
            "name": "겨울 낭독회", "performers": "김하나", "description": "", "runtimeMinutes": 90, "category": "OTHER",
            "saleOpensAt": moment(DAY), "saleClosesAt": moment(20 * DAY), "draft": True,
            "grades": [{"name": "온라인", "price": 9000, "kind": "ONLINE", "capacity": 200}],
            "schedules": [{"startsAt": moment(30 * DAY)}]}
        self.draft = answered("draft", api.post("/api/v1/concert", body, seller), 201)["concertId"]
        body |= {"name": "취소된 공연", "draft": False, "saleOpensAt": moment(-60)}
        gone = answered("concert", api.post("/api/v1/concert", body, seller), 201)
        answered("cancel", api.post(f"/api/v1/concert/{gone['concertId']}/cancel", None, seller), 202)
        self.canceled = gone["concertId"]
        answered("queue", api.send("PATCH", f"/api/v1/concert/{self.canceled}/queue", seller, {"enabled": False}), 200)
        for code, percent in [("EARLY", 1000), ("FRIENDS", 2000)]:
            answered("code", api.post(f"/api/v1/concert/{self.concert}/promotion", {
                "code": code, "kind": "PERCENT", "basisPoints": percent, "endsAt": moment(9 * DAY), "usesMax": 50,
            }, seller), 201)
        body |= {"name": "기다리는 공연", "saleOpensAt": moment(-60),
                 "queue": {"enabled": True, "admitPerSecond": 1, "maxActive": 1}}
        self.queued = answered("concert", api.post("/api/v1/concert", body, seller), 201)["concertId"]
        body |= {"name": "다음 주에 여는 공연", "saleOpensAt": moment(7 * DAY)}
        self.later = answered("concert", api.post("/api/v1/concert", body, seller), 201)["concertId"]
        answered("pause", api.send("PATCH", f"/api/v1/concert/{self.queued}/queue", seller, {"paused": True}), 200)
        apart = make_concert(api, seller, "구역이 있는 공연", "", rows=20, cols=36, sections=HALL, hold=60,
                             places=({"sections": ["가운데"]}, {"sections": ["왼쪽", "오른쪽", "발코니"]}))
        self.apart, self.apart_schedule = apart["concertId"], apart["schedules"][0]["scheduleId"]
        self.buy(house)
        house.publish(site)

    def buy(self, house):
        fan = house.account("fan")
        (given_back, self.void), (self.paid, _) = [house.buy(fan, seat) for seat in house.seats[30:36]][:2]
        house.give_back(fan, given_back)
        other = house.account("other")
        answered("team", house.api.post("/api/v1/member/me/team", {"email": "other@example.com", "role": "STREAMER"},
                                        house.seller), 204)
        for seat in house.seats[50:53]:
            house.buy(other, seat)
        # Over by the time that it is looked at: a minute is what it is held for.
        seat = (self.apart_schedule << 20) + 8
        held = answered("hold", house.api.post(
            "/api/v1/reservation", {"scheduleId": self.apart_schedule, "seatIds": [seat]}, fan), 201)
        self.expired = held["reservationId"]
        held = answered("hold", house.api.post(
            "/api/v1/reservation", {"scheduleId": house.schedule, "seatIds": house.seats[60:62]}, fan), 201)
        self.reservation = held["reservationId"]
        tickets = house.api.get("/api/v1/ticket", fan).json["items"]
        self.ticket = tickets[0]["ticketId"]
        failed = answered("hold", house.api.post(
            "/api/v1/reservation", {"scheduleId": house.schedule, "seatIds": house.seats[70:71]}, other), 201)
        house.api.post("/api/v1/payment", {"reservationId": failed["reservationId"], "isSuccess": False}, other)
        self.transfer(house, fan)
        asked = answered("hold", house.api.post(
            "/api/v1/reservation", {"scheduleId": house.schedule, "seatIds": house.seats[94:95]}, fan), 201)
        begun = answered("payment", house.api.post("/api/v1/payment", {"reservationId": asked["reservationId"]}, fan), 201)
        self.company = urlsplit(begun["checkoutUrl"]).path
        three = {"scheduleId": house.schedule, "seatIds": house.seats[80:83]}
        held = answered("hold", house.api.post("/api/v1/reservation", three, other), 201)
        house.api.post("/api/v1/payment", {"reservationId": held["reservationId"], "isSuccess": True}, other)
        organizer = house.api.get("/api/v1/member/me", house.seller).json["memberId"]
        answered("follow", house.api.post(f"/api/v1/member/{organizer}/follow", None, fan), 204)

    def transfer(self, house, fan):
        """A payment by transfer that is waited for."""
        held = answered("hold", house.api.post(
            "/api/v1/reservation", {"scheduleId": house.schedule, "seatIds": house.seats[90:92]}, fan), 201)
        self.waiting = held["reservationId"]
        begun = answered("payment", house.api.post(
            "/api/v1/payment", {"reservationId": self.waiting, "method": "VIRTUAL_ACCOUNT"}, fan), 201)
        self.deposit = begun["paymentId"]
        try:
            urllib.request.build_opener(NoRedirect).open(begun["checkoutUrl"], b"decision=approve")
            expect(False, "the company sends nobody back")
        except urllib.error.HTTPError as sent:
            word = parse_qs(urlsplit(sent.headers["location"]).query)
        answered("confirm", house.api.post(f"/api/v1/payment/{self.deposit}/confirm", {
            "paymentKey": word["paymentKey"][0], "amount": int(word["amount"][0])}, fan), 200, 202)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


FILL = ("for (const [id, text] of [['name', '봄 공연'], ['stageName', '헛간'], ['location', '서울']]) "
        "document.getElementById(id).value = text; ")

IN_SECTIONS = ("const kind = document.querySelector('[name=hallKind]'); kind.value = 'sections'; "
               "kind.dispatchEvent(new Event('input', {bubbles: true})); ")

OWN_RULES = ("; const rules = document.querySelector('[name=refunds]'); rules.value = 'own'; "
             "rules.dispatchEvent(new Event('change', {bubbles: true})); ")


SEATS = ("document.querySelector('details.list').open = true; setTimeout(() => { for (const place of [0, 1]) "
         "document.querySelectorAll('.row-seats button:not([disabled])')[place].click(); }, 200)")

WRONG = ("for (const [id, text] of [['email', 'nobody@example.com'], ['password', 'a wrong purple grape']]) "
         "document.getElementById(id).value = text; document.querySelector('form [type=submit]').click()")


def by_words(*words):
    """Presses the button that says one of these."""
    return (f"[...document.querySelectorAll('main button, main summary')].find((one) => {list(words)}"
            ".includes(one.textContent.trim()))?.click()")


def pages(world):
    """Name, who looks, where, and what is done there first."""
    click = "document.querySelector('{}')?.click()".format
    studio = [
        ("studio", "seller", "/studio/", None), ("studio-empty", "novice", "/studio/", None),
        ("studio-fan", "fan", "/studio/", None), ("studio-new", "novice", "/studio/new/", None),
        *[(f"studio-new-{step}", "novice", "/studio/new/", FILL + click(f".stepper li:nth-child({step}) button"))
          for step in (2, 3, 4, 5, 6)],
        ("studio-new-rules", "novice", "/studio/new/", FILL + click(".stepper li:nth-child(6) button")
         + OWN_RULES + by_words("항목 추가", "Add a field")),
        ("studio-new-sections", "novice", "/studio/new/",
         FILL + IN_SECTIONS + click(".stepper li:nth-child(2) button")),
        # With a section that is not sold.
        ("studio-new-painted", "novice", "/studio/new/", FILL + IN_SECTIONS + click(".stepper li:nth-child(3) button")
         + "; " + click(".paint-row")),
        ("studio-apart", "seller", f"/studio/concert/{world.apart}", None),
        ("studio-venue-change", "seller", "/studio/venues/", by_words("수정", "Edit")),
        ("studio-new-wrong", "novice", "/studio/new/", click(".stepper li:nth-child(3) button")),
        *[(f"studio-{part}{rest}", who, f"/studio/{part}/", None) for part in ("money", "venues", "team")
          for who, rest in (("seller", ""), ("novice", "-none"))],
        ("studio-change", "seller", f"/studio/concert/{world.concert}", by_words("수정", "Edit")),
        ("studio-times", "seller", f"/studio/concert/{world.concert}", click(".times [data-way^=change]")),
        ("studio-code-change", "seller", f"/studio/concert/{world.concert}", click(
            "section[aria-labelledby=codes] [data-way^=change]")),
        ("studio-team-add", "seller", "/studio/team/", by_words("사람 추가", "Add somebody")),
        ("studio-fellow", "other", "/studio/", None),
        ("studio-fellow-concert", "other", f"/studio/concert/{world.concert}", None),
        ("studio-revoke", "seller", f"/studio/live/{world.schedule}", by_words("키 폐기", "Revoke key")),
        ("studio-cancel", "seller", f"/studio/concert/{world.concert}",
         by_words("공연 취소하고 전액 환불", "Cancel and refund everybody")),
        ("studio-code", "seller", f"/studio/concert/{world.concert}", by_words("코드 만들기", "Create a code")),
        ("studio-key", "seller", f"/studio/live/{world.schedule}",
         by_words("스트림 키 바꾸기", "Replace the stream key")),
        ("studio-concert", "seller", f"/studio/concert/{world.concert}", None),
        ("studio-draft", "seller", f"/studio/concert/{world.draft}", None),
        ("studio-canceled", "seller", f"/studio/concert/{world.canceled}", None),
        ("studio-live", "seller", f"/studio/live/{world.schedule}", None),
        ("studio-none", "seller", "/studio/concert/999999", None),
    ]
    manage = [(f"manage-{part}", "boss", f"/manage/#{part}", None)
              for part in ("payments", "refunds", "settlements", "shows", "requests", "members", "state")]
    manage += [
        ("manage-none-such", "boss", "/manage/#payments?reservationId=999999", None),
        ("manage-fan", "fan", "/manage/", None),
        ("manage-detail", "boss", "/manage/#payments", click("[data-way=detail]")),
        ("manage-queue", "boss", "/manage/#shows", click("[data-way=queue]")),
        ("manage-stop", "boss", "/manage/#shows", click("[data-way=close]")),
    ]
    fans = [
        ("home", None, "/", None), ("home-none", None, "/?keyword=zzzz", None), ("account", None, "/account/", None),
        ("account-mine", "fan", "/account/", None), ("show", None, f"/show/{world.concert}", None),
        ("show-canceled", None, f"/show/{world.canceled}", None), ("show-none", None, "/show/999999", None),
        ("show-followed", "fan", f"/show/{world.concert}", None), ("seats", None, f"/seats/{world.schedule}", None),
        ("seats-apart", None, f"/seats/{world.apart_schedule}", None),
        ("seats-held", "fan", f"/seats/{world.schedule}", None), ("queue", "fan", f"/queue/{world.queued}", None),
        ("queue-free", "fan", f"/queue/{world.concert}", None), ("purchases", "fan", "/purchases/", None),
        ("show-later", None, f"/show/{world.later}", None), ("queue-later", "fan", f"/queue/{world.later}", None),
        ("seats-chosen", "fan", f"/seats/{world.schedule}", SEATS), ("account-wrong", None, "/account/", WRONG),
        ("watch-void", "fan", f"/watch/{world.void}", None), ("payment-paid", "fan", f"/payment/{world.paid}/look", None),
        ("purchases-none", "novice", "/purchases/", None), ("docs", None, "/docs/", None),
        ("company", "fan", world.company, None),
        ("account-following", "fan", "/account/", by_words("팔로우하는 주최자", "Organizers you follow")),
        ("account-password", "fan", "/account/", by_words("비밀번호 바꾸기", "Change password")),
        ("checkout-waiting", "fan", f"/checkout/{world.waiting}", None),
        ("payment-waiting", "fan", f"/payment/{world.deposit}/look", None),
        *[(f"tickets-{name}", "other", "/tickets/", by_words(*words)) for name, words in (
            ("code", ("입장 코드", "Entry code")), ("refund", ("환불", "Refund")), ("transfer", ("양도", "Transfer")))],
        ("checkout", "fan", f"/checkout/{world.reservation}", None), ("tickets", "fan", "/tickets/", None),
        ("checkout-over", "fan", f"/checkout/{world.expired}", None),
        ("tickets-none", "novice", "/tickets/", None), ("watch", "fan", f"/watch/{world.ticket}", None),
    ]
    return fans + studio + manage


def pictures(site, base, world):
    chosen = [word for word in os.environ.get("PICTURES", "").split(",") if word]
    wanted = [page for page in pages(world) if not chosen or any(word in page[0] for word in chosen)]
    kind = Firefox if os.environ.get("BROWSER") == "firefox" else Chromium
    count, wrong = 0, []
    for language in ("ko", "en"):
        visitor = Visitor(kind(site, name=f"pictures-{language}"), base, language)
        last = None
        for name, who, path, first in sorted(wanted, key=lambda page: page[1] or ""):
            if who != last:
                visitor.sign_in(who and f"{who}@example.com", PASSWORD)
                last = who
            for size, width in WIDTHS.items():
                visitor.width(width)
                # What was written before is not what is pictured.
                visitor.go("/favicon.svg")
                visitor.do("sessionStorage.clear()")
                visitor.browser.open("about:blank")
                show(visitor, path)
                if first:
                    visitor.do(first)
                    time.sleep(0.7)
                for light in ("light", "dark") if os.environ.get("DARK") and kind is Chromium else ("light",):
                    visitor.dark(light == "dark")
                    end = "png" if light == "light" else f"{light}.png"
                    take(visitor, os.path.join(FOLDER, f"{name}.{size}.{language}.{end}"), width)
                    wrong += [f"{name} {size} {language} {light}: {problem}" for problem in problems(visitor)]
                    count += 1
        visitor.browser.stop()
    return count, wrong


def show(visitor, path):
    """Once more where a busy machine had too much to do."""
    for _ in range(4):
        visitor.go(path)
        time.sleep(1)
        if not visitor.value(TROUBLE):
            return


def take(visitor, path, width):
    if visitor.browser.name == "firefox":
        shot = visitor.browser.call("browsingContext.captureScreenshot", context=visitor.browser.page, origin="document")
        return keep(shot, path)
    height = visitor.value("Math.max(document.documentElement.scrollHeight, innerHeight)")
    shot = visitor.browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={
        "x": 0, "y": 0, "width": width, "height": min(height, HEIGHT_MAX), "scale": 1})
    return keep(shot, path)


def keep(shot, path):
    with open(path, "wb") as file:
        file.write(base64.b64decode(shot["data"]))


def problems(visitor):
    """What is wrong that needs no eyes."""
    found = ["nothing but trouble"] if visitor.value(TROUBLE) else []
    over = visitor.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        found.append(f"{over} pixels too wide")
    found += visitor.barriers()
    words = set(CODE.findall(visitor.value("document.body.innerText"))) - NAMES
    if words:
        found.append(f"words of the API: {sorted(words)}")
    return found
