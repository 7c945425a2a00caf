"""What strangers write into every field that has room for it, a hundred texts that want to be programs
(support/hostile_texts.txt): every page that shows such a field is visited, by whoever can see it, and nothing of it
runs, is refused by the page's policy, opens a dialog, or becomes an element."""

import os

from support.browser import Chromium
from support.house import PASSWORD, SIMULATED, PatientApi, answered, moment
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

with open(os.path.join(ROOT, "Tests/EndToEnd/support/hostile_texts.txt"), encoding="utf-8") as file:
    TEXTS = file.read().splitlines()
# What one seller may make in a burst, and one fan may pay.
PER_PERSON = 5
DAY = 86_400
# Nothing of these is made by the pages themselves; what has an address of a script is one.
ELEMENTS = ("main :is(script, iframe, object, embed, link, meta, base, style, form[action], marquee, portal, math, "
            "foreignObject, [onerror], [onload], [onfocus], [onclick], [href^='javascript:' i], "
            "[src^='javascript:' i])")


def run(site):
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_LOOPS": "2"}).start()
    people = [Person(podo, number, TEXTS[first:first + PER_PERSON])
              for number, first in enumerate(range(0, len(TEXTS), PER_PERSON))]
    for person in people:
        person.sell()
        person.buy()
    PatientApi(podo.http_port, source="127.0.1.1").post(
        "/api/v1/member", {"name": "boss", "email": "boss@example.com", "password": PASSWORD, "roleType": "ROLE_USER"})
    expect(podo.run_command("member", "promote", "boss@example.com").returncode == 0, "promote")
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    seen = Seen(visitor)
    seen.look("/")
    for person in people:
        visit(seen, person)
    administer(seen)
    visitor.browser.stop()
    expect_alive(podo)
    return f"{len(TEXTS)} texts in {len(FIELDS)} fields on {seen.count} pages: nothing ran"


FIELDS = ["name of a member", "name of a stage", "its place", "name of a section", "name of a show", "performers",
          "description", "name of a line", "what it says", "name of a grade", "reason of a refund"]


class Person:
    """Sells shows, and buys them too, all with names out of `texts`."""

    def __init__(self, podo, number, texts):
        self.texts, self.concerts = texts, []
        self.api = PatientApi(podo.http_port, source=f"127.0.0.{2 + number}")
        self.emails = [f"{role}{number}@example.com" for role in ("seller", "fan", "other")]
        self.seller, self.fan, self.other = (self.sign_up(email, role, texts[0][:50]) for email, role in zip(
            self.emails, ("ROLE_SELLER", "ROLE_USER", "ROLE_USER")))

    def sign_up(self, email, role, name):
        answered("sign-up", self.api.post(
            "/api/v1/member", {"name": name, "email": email, "password": PASSWORD, "roleType": role}), 201)
        return answered("sign-in", self.api.post(
            "/api/v1/auth/signin", {"email": email, "password": PASSWORD}), 200)["accessToken"]

    def sell(self):
        for text in self.texts:
            stage = answered("stage", self.api.post(
                "/api/v1/stage", {"name": text[:200], "location": text[:300], "rows": 2, "cols": 3,
                "sections": [{"name": text[:50], "rows": [1, 2]}]}, self.seller), 201)
            body = {
                "name": text[:200], "performers": text[:200], "description": text, "stageId": stage["stageId"],
                "fields": [{"name": text[:50], "value": text[:200]}], "runtimeMinutes": 60, "category": "OTHER",
                "saleOpensAt": moment(-60), "saleClosesAt": moment(20 * DAY),
                "schedules": [{"startsAt": moment(30 * DAY)}],
                "grades": [{"name": text[:50], "price": 1000, "sections": [text[:50]]}]}
            made = answered(f"concert {text}", self.api.post("/api/v1/concert", body, self.seller), 201)
            self.concerts.append((made["concertId"], made["schedules"][0]["scheduleId"]))

    def buy(self):
        """One keeps a ticket of each, and one gives it back."""
        for text, (_, schedule) in zip(self.texts, self.concerts):
            seats = answered("seats", self.api.get(f"/api/v1/schedule/{schedule}/seat"), 200)["seats"]
            self.pay(self.fan, schedule, seats[0]["seatId"])
            payment = self.pay(self.other, schedule, seats[1]["seatId"])
            answered("refund", self.api.post(
                f"/api/v1/payment/{payment}/refund", {"reason": text[:200]}, self.other), 200, 202)

    def pay(self, fan, schedule, seat):
        held = answered("hold", self.api.post(
            "/api/v1/reservation", {"scheduleId": schedule, "seatIds": [seat]}, fan), 201)
        return answered("payment", self.api.post(
            "/api/v1/payment", {"reservationId": held["reservationId"], "isSuccess": True}, fan), 201, 202)["paymentId"]


class Seen:
    def __init__(self, visitor):
        self.visitor, self.count = visitor, 0

    def sign_in(self, email):
        self.visitor.sign_in(email, PASSWORD)

    def look(self, path, until="true"):
        self.count += 1
        self.visitor.go(path)
        self.visitor.until(until, f"{path} is filled")
        self.check(path)

    def check(self, what):
        wrong = self.visitor.value("window.wrong")
        expect(wrong == [], f"{what}: {wrong}")
        made = self.visitor.value(
            f"[...document.querySelectorAll(\"{ELEMENTS}\")].map((node) => node.outerHTML.slice(0, 200))")
        expect(made == [], f"{what}: elements of a stranger: {made}")


def visit(seen, person):
    """As nobody, as who bought it, as who sells it."""
    rows = "document.querySelectorAll('tbody tr, .times li, canvas').length > 1"
    for concert, schedule in person.concerts:
        seen.look(f"/show/{concert}", "document.querySelector('main h1')")
        seen.look(f"/seats/{schedule}", "document.querySelector('canvas')")
    seller, fan, _ = person.emails
    seen.sign_in(fan)
    seen.look("/tickets/", "document.querySelectorAll('.ticket').length > 1")
    seen.look("/account/", "document.querySelector('main h1, main h2')")
    seen.sign_in(seller)
    seen.look("/studio/", "document.querySelectorAll('.shows > li').length > 1")
    seen.look("/studio/venues/", "document.querySelectorAll('tbody tr').length > 1")
    seen.look("/studio/money/", "document.querySelector('tbody tr')")
    seen.look("/studio/new/", "document.querySelector('option')")
    for concert, schedule in person.concerts:
        seen.look(f"/studio/concert/{concert}", rows)
        seen.look(f"/studio/live/{schedule}", "document.querySelector('.state strong')?.textContent")


def administer(seen):
    seen.sign_in("boss@example.com")
    for part in ["payments", "refunds", "shows", "members", "requests", "state", "__proto__", "x?y=<script>"]:
        seen.visitor.go("/tickets/")
        seen.look(f"/manage/#{part}", "document.querySelectorAll('tbody tr').length > 1")
        for _ in range(4):
            if seen.visitor.value("document.querySelector('.part .work button') === null"):
                break
            before = seen.visitor.value("document.querySelectorAll('tbody tr').length")
            seen.visitor.do("document.querySelector('.part .work button').click()")
            seen.visitor.until(f"document.querySelectorAll('tbody tr').length > {before}", "more lines")
            seen.check(f"more of {part}")
        seen.visitor.do("document.querySelector('[data-way]')?.click()")
        seen.check(f"a question about {part}")
