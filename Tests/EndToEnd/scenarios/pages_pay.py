"""Paying at real companies by the pages: by the script of Toss with a client key, on Toss's own page without one, by the form
of Stripe. Scripts that do not come, windows that are closed, cards that are refused, and what comes after. Only the page
where it is paid may run a script of somebody else's, and only that company's."""

import os
import urllib.request

from support import tools
from support.browser import Chromium
from support.company_web import CompanyWeb
from support.fake_toss import FakeToss
from support.house import PASSWORD, House, answered, moment
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo, free_port
from support.visitor import Visitor

TOSS = {"PODO_TOSS_SECRET_KEY": "test_sk_pages"}
STRIPE = {"PODO_STRIPE_SECRET_KEY": "sk_test_pages", "PODO_STRIPE_PUBLISHABLE_KEY": "pk_test_pages",
          "PODO_STRIPE_WEBHOOK_SECRET": "whsec_pages"}
PRICE = 99_000
# Longer than pages wait for a script or a form.
PATIENCE_SECONDS = 25


def run(site):
    tools.require(["chromium", "openssl"], ["websocket"])
    with FakeToss() as toss, CompanyWeb(site, toss) as web:
        shop = Shop(site, "script", TOSS | {"PODO_TOSS_URL": toss.url, "PODO_TOSS_CLIENT_KEY": "test_ck_pages"})
        visitor = Visitor(Chromium(site, flags=web.flags), shop.base)
        visitor.width(390)
        by_toss_script(shop, visitor, web)
        on_toss_page(Shop(site, "page", TOSS | {"PODO_TOSS_URL": toss.url}), visitor, toss)
        by_stripe_form(Shop(site, "form", STRIPE | {
            "PODO_OUTGOING_PROXY": web.proxy, "PODO_OUTGOING_CA_FILE": web.certificate}), visitor, web)
        visitor.browser.stop()
        expect(sorted(toss.books().values()) == [(PRICE // 2, 0), (PRICE, 0)], f"the books of Toss: {toss.books()}")
    return "paid by the script of Toss, on its page, and by the form of Stripe"


class Shop:
    """A Podo with a real company, and a fan whose seats are held one by one."""

    def __init__(self, site, name, settings):
        ports = [free_port() for _ in range(4)]
        self.base = f"http://127.0.0.1:{ports[0]}"
        self.podo = Podo(site, name, ports=ports, environment=settings | {
            "PODO_PAYMENT_SIMULATOR": "false", "PODO_PUBLIC_URL": self.base, "PODO_WEB_DIR": os.path.join(ROOT, "Web")})
        self.podo.start()
        self.house = House(self.podo)
        self.fan, self.seat = self.house.account("fan"), 0

    def hold(self, visitor):
        """Seats in the cart, at the page where they are paid."""
        body = {"scheduleId": self.house.schedule, "seatIds": [self.house.seats[self.seat]]}
        self.seat += 1
        held = answered("hold", self.house.api.post("/api/v1/reservation", body, self.fan), 201)
        visitor.base = self.base
        if self.seat == 1:
            visitor.sign_in("fan@example.com", PASSWORD)
        visitor.go(f"/checkout/{held['reservationId']}")

    def policy(self, path):
        with urllib.request.urlopen(self.base + path, timeout=10) as answer:
            return answer.headers["content-security-policy"], answer.headers["cross-origin-opener-policy"]

    def end(self, tickets):
        found = answered("tickets", self.house.api.get("/api/v1/ticket", self.fan), 200)["items"]
        expect(len(found) == tickets, f"{len(found)} tickets, not {tickets}")
        expect_alive(self.podo)
        self.podo.stop()


def pay(visitor, web=None, mode=None):
    if web:
        web.mode = mode
    visitor.do("const pay = document.querySelector('main .work .button'); pay.focus(); pay.click()")


def by_toss_script(shop, visitor, web):
    policy, opener = shop.policy("/checkout/7")
    expect("https://js.tosspayments.com" in policy and "stripe" not in policy, f"the policy where it is paid: {policy}")
    expect(opener == "same-origin-allow-popups", f"windows of banks know nobody: {opener}")
    for path in ("/", "/show/7", "/payment/7/success", "/js/checkout.js"):
        expect("tosspayments" not in shop.policy(path)[0], f"{path}: {shop.policy(path)}")

    shop.hold(visitor)
    for mode in ("missing", "blocked"):
        pay(visitor, web, mode)
        visitor.says("could not be loaded")
        visitor.do("document.querySelector('main .work [role=alert]').remove()")
    visitor.expect_well("a script that does not come")
    pay(visitor, web, "refuse")
    visitor.says("The payment company did not finish")
    pay(visitor, web, "close")
    visitor.says("You closed the payment window")
    expect(visitor.value("window.frameWidth === innerWidth"), "the company's window is not as large as it wants to be")
    expect(web.asked["amount"] == {"currency": "KRW", "value": PRICE}, f"asked for {web.asked}")
    visitor.do("document.querySelector('[value=VIRTUAL_ACCOUNT]').click()")
    pay(visitor)
    visitor.says("You closed the payment window")
    expect(web.asked["method"] == "VIRTUAL_ACCOUNT" and web.asked["virtualAccount"]["validHours"] <= 24,
           f"a transfer: {web.asked}")
    visitor.do("document.querySelector('[value=CARD]').click()")
    visitor.expect_well("a window that was closed")
    pay(visitor, web, "decline")
    visitor.until("location.pathname.endsWith('/fail')", "a refused card leads back")
    visitor.until("document.querySelector('main .trouble')", "and it is told")
    visitor.click("Try payment again", "main")
    visitor.until("location.pathname.startsWith('/checkout/') && document.querySelector('main .work .button')", "once more")
    pay(visitor, web, "approve")
    paid(visitor)

    # What a code takes off is told first.
    answered("code", shop.house.api.post(f"/api/v1/concert/{shop.house.concert}/promotion", {
        "code": "HALF", "kind": "PERCENT", "basisPoints": 5000, "endsAt": moment(86_400), "usesMax": 5},
        shop.house.seller), 201)
    shop.hold(visitor)
    visitor.do("document.querySelector('details').open = true")
    visitor.fill("#code", "HALF")
    pay(visitor)
    visitor.until("document.activeElement.closest('.beside')", "the rest is asked for")
    visitor.do("document.activeElement.click()")
    paid(visitor)
    expect(web.asked["amount"]["value"] == PRICE // 2, f"asked for {web.asked}")
    shop.end(tickets=2)


def paid(visitor):
    visitor.until("location.pathname.endsWith('/success')", "it is paid, and leads back")
    visitor.until("document.querySelector('main .done a[href=\"/tickets/\"]')", "the ticket is there")
    visitor.expect_well("paid")


def on_toss_page(shop, visitor, toss):
    expect("tosspayments" not in shop.policy("/checkout/7")[0], f"no script, no policy: {shop.policy('/checkout/7')}")
    shop.hold(visitor)
    visitor.do("document.querySelector('main .work .button').click()")
    visitor.until(f"location.href.startsWith('{toss.url}/page/')", "Toss's own page")
    shop.end(tickets=0)


def by_stripe_form(shop, visitor, web):
    policy, _ = shop.policy("/checkout/7")
    expect("https://js.stripe.com" in policy and "tosspayments" not in policy, f"the policy where it is paid: {policy}")
    expect("'unsafe-inline'" not in policy, f"Stripe needs no styles of its own here: {policy}")
    shop.hold(visitor)
    expect(visitor.value("document.querySelectorAll('main [name=method]').length") == 0, "Stripe takes no transfers")
    pay(visitor, web, "refuse")
    visitor.says("The payment company did not finish")
    pay(visitor, web, "decline")
    form = "document.querySelector('main .work .card')"
    visitor.until(f"{form}?.querySelector('iframe')", "the company's form")
    visitor.until("document.activeElement.tagName === 'IFRAME'", "and one is in it", PATIENCE_SECONDS)
    visitor.expect_fits("the form")
    visitor.do(f"{form}.querySelector('button').click()")
    # As the company says it, which is a text.
    visitor.says("Your card was declined. <b>Try another.</b>")
    visitor.expect_well("a refused card")
    web.mode = "approve"
    visitor.do(f"{form}.querySelector('button').click()")
    paid(visitor)
    intents = list(web.stripe.intents.values())
    expect([(one["status"], one["amount_received"], one["capture_method"]) for one in intents]
           == [("succeeded", PRICE, "manual")], f"intents: {intents}")
    shop.end(tickets=1)
