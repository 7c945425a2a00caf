"""Podo dies at every place around what cannot be undone, and answers to COMMIT are lost: commits of claims, payments,
refunds, webhooks and deliveries, and the calls of the payment company. After each the next process takes over, the buyer
asks again by the same key, and in the end nothing is open, the company's books and ours are the same to the won, and who
paid has his tickets once. Who has paid opens the show, and who was refunded does not, from the first request of the next
process on.

Needs a debug build, which alone can be told to die: `CRASH_BINARY`, or .build/debug/podo. `CRASH_ONLY=text` walks the
places that contain a text."""

import os
import re
import signal
import time
from urllib.parse import urlsplit

from support.api import Api
from support.database import query
from support.fake_toss import FakeToss
from support.scenario import expect
from support.servers import ROOT, Podo

BINARY = os.environ.get("CRASH_BINARY", os.path.join(ROOT, ".build/debug/podo"))
ONLY = os.environ.get("CRASH_ONLY", "")
PASSWORD = "a quiet purple grape on the vine"
DAY = 86_400
ROWS, COLUMNS = 20, 20
PRICE = 70_000
# A place that is passed more often in one purchase is tried at each of the first times.
TIMES_MAX = 2
# Some places are passed by the clock: who watches is written down every few seconds.
REACH_SECONDS = 15
FAN_COUNT = 8
# Of the quarter of an hour that a token lives.
TOKEN_SECONDS = 500
# From the last crash: the first look at a payment comes after 40 s, a claim that died frees its key after 60.
SETTLE_SECONDS = 150
WHAT_IS_OPEN = {
    "payments": "SELECT count(*) FROM payment WHERE phase IN ('IN_FLIGHT', 'UNKNOWN')",
    "refunds": "SELECT count(*) FROM refund WHERE status NOT IN ('SUCCEEDED', 'SUPERSEDED', 'REVERSED')",
    "webhooks": "SELECT count(*) FROM webhook_inbox WHERE processed_at IS NULL",
    "events": "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM outbox_delivery)",
}


def run(site):
    expect(os.access(BINARY, os.X_OK), f"no executable {BINARY}: run `swift build --product podo` first")
    with FakeToss() as toss:
        shop = Shop(site, toss)
        shop.open()
        places = shop.places()
        walked = [(place, time_) for place, count in places.items() for time_ in range(1, min(count, TIMES_MAX) + 1)
                  if ONLY in place]
        expect(len(walked) > 20 or ONLY, f"only {len(walked)} places: {places}")
        died = [shop.crash(place, time_) for place, time_ in walked]
        shop.settle()
        return (f"{len(walked)} places, {sum(died)} deaths, {len(walked) - sum(died)} lost answers; "
                f"{shop.books()} payments with the same books on both sides")


class Buyer:
    """Goes on with one purchase where it stopped, by the same keys."""

    def __init__(self, number, shop, fan, seat):
        self.number, self.shop, self.fan, self.seat = number, shop, fan, seat
        self.done, self.ticket = {}, None

    @property
    def token(self):
        return self.shop.tokens[self.fan]

    def ask(self, step, path, body):
        """Asks once. Raises OSError when nobody answers; what was answered before is not asked for again."""
        if step in self.done:
            return self.done[step]
        answer = Api(self.shop.podo.http_port, timeout=10).post(
            path, body, self.token, fields={"Idempotency-Key": f"{step}-{self.number}"})
        if answer.status == 0 or not answer.body and answer.status != 204:
            raise OSError("nothing was answered")
        if answer.code == "idempotency-in-progress":
            # Whoever had the key has died, and keeps it for a minute. Somebody less patient comes by another.
            answer = Api(self.shop.podo.http_port, timeout=10).post(
                path, body, self.token, fields={"Idempotency-Key": f"{step}-{self.number}-again"})
        expect(answer.status < 500, f"{step} after a crash: {answer.status} {answer.body!r}")
        self.done[step] = answer
        return answer

    def go_on(self):
        """True when he has all he wanted. Raises OSError when the process died under him."""
        held = self.ask("hold", "/reservation", {"concertId": self.shop.concert, "seatId": self.seat})
        if "reservation" not in self.done:
            expect(held.status == 201 or held.code == "seat-taken", f"hold: {held.status} {held.body!r}")
            # It may be held for him without his having been told: his own list says so.
            self.done["reservation"] = held.json.get("reservationId") or self.own_reservation()
        reservation = self.done["reservation"]
        begun = self.ask("begin", "/payment", {"reservationId": reservation})
        expect(begun.status == 201, f"begin: {begun.status} {begun.body!r}")
        payment, order = begun.json["paymentId"], begun.json["orderId"]
        key = self.shop.toss.approve(order)
        paid = self.ask("confirm", f"/api/v1/payment/{payment}/confirm", {"paymentKey": key, "amount": PRICE})
        expect(paid.status in (200, 202), f"confirm: {paid.status} {paid.body!r}")
        if self.look(payment)["status"] == "WAITING":
            return False
        if "post" not in self.done:
            if not self.shop.toss.post(self.shop.podo.http_port, order):
                raise OSError("the webhook was not taken")
            self.done["post"] = True
        if "url" not in self.done:
            self.ticket = self.look(payment)["ticketIds"][0]
            watch = self.ask("watch", f"/api/v1/ticket/{self.ticket}/playback", {})
            expect(watch.status == 201, f"watch: {watch.status} {watch.body!r}")
            self.done["url"] = urlsplit(watch.json["playlistUrl"]).path
            self.gate_is_right()
        back = self.ask("refund", f"/api/v1/payment/{payment}/refund", {"reason": "changed my mind"})
        expect(back.status in (200, 202), f"refund: {back.status} {back.body!r}")
        self.gate_is_right("REVOKED")
        return True

    def gate_is_right(self, expected=None):
        """What his address opens is what has become of the ticket."""
        if "url" not in self.done:
            return
        status = query(self.shop.podo, f"SELECT status FROM ticket WHERE id = {self.ticket}")
        expect(expected in (None, status), f"the ticket is {status}, not {expected}")
        answer = Api(self.shop.podo.http_port, timeout=10).get(self.done["url"])
        if answer.status == 0:
            raise OSError("nothing was answered")
        code = {"ISSUED": "not-live-yet", "REVOKED": "ticket-revoked"}[status]
        expect(answer.code == code, f"of a ticket that is {status} the gate says {answer.status} {answer.body!r}")

    def own_reservation(self):
        api = Api(self.shop.podo.http_port, timeout=10)
        mine = [one for one in api.get("/api/v1/member/me/reservation", self.token).json["items"]
                if self.seat in one["seatIds"] and one["status"] == "PENDING"]
        expect(len(mine) == 1, f"a seat is held by nobody who knows of it: {mine}")
        return mine[0]["reservationId"]

    def look(self, payment):
        answer = Api(self.shop.podo.http_port, timeout=10).get(f"/api/v1/payment/{payment}", self.token)
        if answer.status == 0:
            raise OSError("nothing was answered")
        return answer.json


class Shop:
    def __init__(self, site, toss):
        self.site, self.toss = site, toss
        self.podo, self.ports, self.start_count = None, None, 0
        self.buyers, self.tokens, self.seats = [], [], []
        self.settings = {"PODO_TOSS_SECRET_KEY": "test_sk_crash", "PODO_TOSS_URL": toss.url,
                         "PODO_PAYMENT_SIMULATOR": "false", "PODO_PUBLIC_URL": "https://podo.test"}

    def start(self, **more):
        self.start_count += 1
        self.podo = Podo(
            self.site, f"podo-{self.start_count}", data_directory=self.site.join("data"),
            environment=self.settings | more, ports=self.ports, binary=BINARY)
        self.ports = self.podo.ports
        return self.podo

    def open(self):
        api = Api(self.start().start().http_port)
        seller = account(api, "seller", "ROLE_SELLER")
        self.tokens = [account(api, f"fan{number}", "ROLE_USER") for number in range(FAN_COUNT)]
        self.signed_in_at = time.monotonic()
        stage = api.post(
            "/api/v1/stage", {"name": "대극장", "location": "서울", "rows": ROWS, "cols": COLUMNS}, seller)
        expect(stage.status == 201, f"stage: {stage.status} {stage.body!r}")
        body = {
            "name": "충돌", "description": "", "stageId": stage.json["stageId"], "runtimeMinutes": 60,
            "category": "CONCERT", "saleOpensAt": at(-60), "saleClosesAt": at(20 * DAY), "purchaseLimit": 50,
            "grades": [{"name": "R", "price": PRICE, "rows": [1, ROWS]}], "schedules": [{"startsAt": at(30 * DAY)}],
        }
        concert = api.post("/api/v1/concert", body, seller)
        expect(concert.status == 201, f"concert: {concert.status} {concert.body!r}")
        self.concert = concert.json["concertId"]
        schedule = concert.json["schedules"][0]["scheduleId"]
        self.seats = [seat["seatId"] for seat in api.get(f"/api/v1/schedule/{schedule}/seat").json["seats"]]
        expect(self.podo.stop() == 0, "it did not end with 0")

    def buyer(self):
        number = len(self.buyers)
        buyer = Buyer(number, self, number % len(self.tokens), self.seats[number])
        self.buyers.append(buyer)
        return buyer

    def places(self):
        """What one purchase passes that an idle process does not, in order, with how often."""
        podo = self.start(CRASH_TRACE="1").start()
        time.sleep(4)
        idle = set(passed(podo))
        before = len(passed(podo))
        expect(self.buyer().go_on(), "a purchase without a crash did not end")
        time.sleep(2)
        counts = {}
        for place in passed(podo)[before:]:
            if place not in idle:
                counts[place] = counts.get(place, 0) + 1
        expect(podo.stop() == 0, "it did not end with 0")
        return counts

    def crash(self, place, time_):
        """One purchase through a process that dies at this place, or loses this answer, and on through the next. True
        when it died."""
        podo = self.start(CRASH_AT=f"{place}:{time_}")
        buyer = self.buyer()
        try:
            podo.start()
            if buyer.go_on():
                time.sleep(1)
        except Exception as error:
            expect(podo.wait(5) == -signal.SIGKILL, f"{place}: {error!r} without a death\n{podo.log_tail()}")
        if podo.is_alive:
            expect(place.startswith("lost-commit/") or podo.wait(REACH_SECONDS) == -signal.SIGKILL,
                   f"{place}:{time_} was not reached")
        died = not podo.is_alive
        if not died:
            expect(podo.stop() == 0, "it did not end with 0")
        self.start().start()
        buyer.gate_is_right()
        if time.monotonic() - self.signed_in_at > TOKEN_SECONDS:
            self.sign_in()
        buyer.go_on()
        expect(self.podo.stop() == 0, "it did not end with 0")
        return died

    def sign_in(self):
        api = Api(self.podo.http_port)
        self.tokens = [sign_in(api, f"fan{number}") for number in range(FAN_COUNT)]
        self.signed_in_at = time.monotonic()

    def settle(self):
        """Whoever was told to wait looks again; then everything is over by itself."""
        self.start().start()
        self.sign_in()
        deadline = time.monotonic() + SETTLE_SECONDS
        waiting = list(self.buyers)
        while True:
            waiting = [buyer for buyer in waiting if not buyer.go_on()]
            opened = {what: count for what, sql in WHAT_IS_OPEN.items() if (count := query(self.podo, sql)) != "0"}
            if not waiting and not opened:
                break
            expect(time.monotonic() < deadline, f"{len(waiting)} buyers wait, and this is open: {opened}")
            time.sleep(1)
        expect(self.podo.stop() == 0, "it did not end with 0")
        # A process looks at its rules when it starts.
        self.start().start()
        self.podo.wait_until(
            lambda: (self.podo.metric("podo_sale_rules_looked_at_timestamp_seconds") or 0) > 0, seconds=30)
        for metric in ("podo_seat_invariant_violations", "podo_payments_invariant_violations"):
            expect(self.podo.metric(metric) == 0, f"{metric}: {self.podo.admin('/metrics')}")

    def books(self):
        ours = {}
        for line in query(self.podo, "SELECT order_id, captured, refunded FROM payment WHERE captured > 0").splitlines():
            order, captured, refunded = line.split("|")
            ours[order] = (int(captured), int(refunded))
        theirs = self.toss.books()
        expect(ours == theirs, f"books differ: ours {ours.items() - theirs.items()}, theirs {theirs.items() - ours.items()}")
        booked = query(self.podo, "SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e JOIN ledger_account a "
                                  "ON a.id = e.account_id WHERE a.code = 'GATEWAY_RECEIVABLE'")
        expect(int(booked) == sum(taken - back for taken, back in theirs.values()), f"the ledger says {booked}")
        torn = query(self.podo, """
            SELECT count(*) FROM payment p WHERE (p.captured_at IS NOT NULL AND NOT p.orphan) AND (
                p.ticket_ids IS DISTINCT FROM (SELECT array_agg(t.id ORDER BY t.id) FROM ticket t
                    WHERE t.reservation_id = p.reservation_id)
                OR (SELECT count(*) FROM payment o WHERE o.reservation_id = p.reservation_id
                    AND o.captured_at IS NOT NULL AND NOT o.orphan) <> 1)""")
        expect(torn == "0", f"{torn} payments have no set of tickets, or more than one")
        expect(len(theirs) == len(self.buyers), f"{len(self.buyers)} buyers, and {len(theirs)} payments were taken")
        return len(theirs)


def passed(podo):
    with open(podo.log_path, errors="replace") as log:
        return re.findall(r"^crash point (\S+)$", log.read(), re.MULTILINE)


def account(api, name, role):
    email = f"{name}@example.com"
    answer = api.post("/member", {"name": name, "email": email, "password": PASSWORD, "roleType": role})
    expect(answer.status == 201, f"sign-up of {name}: {answer.status} {answer.body!r}")
    return sign_in(api, name)


def sign_in(api, name):
    answer = api.post("/auth/signin", {"email": f"{name}@example.com", "password": PASSWORD})
    expect(answer.status == 200, f"sign-in of {name}: {answer.status} {answer.body!r}")
    return answer.json["accessToken"]


def at(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
