"""What fans meet on the way, in a browser: a sale that opens while they look, an organizer whom they follow, a payment
that they left and one by transfer, seats given back together, the last ticket given away, grades that are sold out. The
front page does not move under the finger, and whoever uses a keyboard sees where he is."""

import os

from scenarios.watching import sign_in
from support import tools
from support.browser import Chromium
from support.house import SIMULATED, House, answered, moment
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

DAY = 86_400
# Seconds after which the sale opens that somebody waits for.
OPENING = 12
SHIFT_MAX = 0.02
# How much of the page has moved while it was loaded; 0 is nothing. Also what a browser excuses, because the window's size
# was set just before.
SHIFT = """new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 2000);
})"""
FOCUS = "document.activeElement"


def run(site):
    tools.require(["chromium"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    house = House(podo, rows=4, cols=6, small_rows=1)
    fan, other = house.account("fan"), house.account("other")
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    visitor.width(390)
    the_opening(visitor, house)
    at_home(visitor)
    wrong_password(visitor)
    sign_in(visitor, "fan")
    following(visitor, house)
    sold_out(visitor, house, other)
    pressed_twice(visitor, house)
    left(visitor, house, fan)
    by_transfer(visitor, house, fan)
    together(visitor, house, fan)
    given_away(visitor, house)
    visitor.browser.stop()
    expect_alive(podo)
    return "a sale opened under the eye; followed, left, transferred, refunded together, given away"


def make_concert(house, **changes):
    body = {
        "name": "Later", "performers": "Kim", "description": "", "runtimeMinutes": 60, "category": "OTHER",
        "saleOpensAt": moment(-60), "saleClosesAt": moment(2 * DAY),
        "grades": [{"name": "A", "price": 9000, "kind": "ONLINE", "capacity": 20}],
        "schedules": [{"startsAt": moment(3 * DAY)}]} | changes
    return answered("concert", house.api.post("/api/v1/concert", body, house.seller), 201)


def the_opening(visitor, house):
    """Nothing of the concert changes meanwhile, so that the browser is told to take what it has; the clock goes on."""
    # As of everybody's browser, which the tests' is not.
    visitor.browser.call("Network.enable")
    visitor.browser.call("Network.setCacheDisabled", cacheDisabled=False)
    concert = make_concert(house, name="Soon", saleOpensAt=moment(OPENING))
    path = f"/show/{concert['concertId']}"
    visitor.go(path)
    countdown = "document.querySelector('.countdown').textContent"
    visitor.until("document.querySelector('.countdown')", "the countdown is shown")
    first = visitor.value(countdown)
    visitor.until(f"{countdown} === 'Sales open in 0:05'", f"it counts from {first}")
    visitor.go(path)
    visitor.until("document.querySelector('.countdown')", "the countdown is shown again")
    again = int(visitor.value(countdown).split(":")[1])
    expect(again <= 5, f"a second visit counts from {again} seconds")
    visitor.until("[...document.querySelectorAll('main a')].some((way) => way.textContent === 'Choose seats')",
                  "the sale opens by itself", OPENING + 5)
    visitor.browser.call("Network.disable")


def at_home(visitor):
    visitor.go("/")
    moved = visitor.browser.evaluate(SHIFT)
    expect(moved <= SHIFT_MAX, f"the front page moves by {moved}")
    visitor.until("document.querySelectorAll('.shelves section').length", "what is on this week is there")
    names = visitor.value("[...document.querySelectorAll('.shelves section h2')].map((one) => one.textContent)")
    expect("Soon" in names, f"this week are {names}")
    visitor.do("document.querySelector('#word').focus()")
    key(visitor, "Tab")
    ring = visitor.value("getComputedStyle(document.querySelector('.kinds input:checked + span')).outlineStyle")
    expect(ring == "solid", f"the ring of a kind is {ring}")
    visitor.fill("#word", "Soon")
    visitor.until("document.querySelector('main > [role=status]').textContent === '1 show found.'", "how many is told")
    visitor.fill("#word", "")
    visitor.until("document.querySelector('main > [role=status]').textContent === ''", "nothing is told of no search")


def key(visitor, name):
    for kind in ("rawKeyDown", "keyUp"):
        visitor.browser.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=9)


def wrong_password(visitor):
    """Told as what it is, with the way to another one, to which the address is taken along."""
    visitor.go("/account/")
    visitor.fill("#email", "fan@example.com")
    visitor.fill("#password", "a wrong purple grape")
    visitor.click("Sign in", "form")
    visitor.until("document.querySelector('.said').textContent.includes('E-mail or password is wrong')", "it is wrong")
    visitor.expect_well("a wrong password")
    visitor.click("I forgot my password", ".said")
    visitor.until(f"{FOCUS}.id === 'lost' && {FOCUS}.value === 'fan@example.com'", "a link can be asked for")


def following(visitor, house):
    path = f"/show/{house.concert}"
    visitor.go(path)
    visitor.says("Up to 14 days after the show starts: no fee")
    visitor.until("document.querySelector('.organizer').textContent.includes('seller')", "the organizer has a name")
    visitor.click("Follow", ".organizer")
    visitor.until("document.querySelector('.organizer button').textContent === 'Unfollow'", "he is followed")
    visitor.until(f"{FOCUS}.textContent === 'Unfollow'", "the focus stays at the button")
    visitor.go(path)
    visitor.click("Unfollow", ".organizer")
    visitor.click("Follow", ".organizer")
    visitor.until("document.querySelector('.organizer button').textContent === 'Unfollow'", "he is followed again")
    visitor.expect_fits("the show")
    visitor.expect_well("the show")
    visitor.go("/account/")
    visitor.do("[...document.querySelectorAll('summary')].find((one) => one.textContent === "
               "'Organizers you follow').parentElement.open = true")
    visitor.click("Unfollow", "details")
    visitor.says("You don't follow any organizers.")
    visitor.expect_well("the account")


def hold(house, token, seats):
    body = {"scheduleId": house.schedule, "seatIds": seats}
    return answered("hold", house.api.post("/api/v1/reservation", body, token), 201)["reservationId"]


def sold_out(visitor, house, other):
    """The last row is of a grade of its own; all of it is sold while somebody looks."""
    visitor.go(f"/seats/{house.schedule}")
    option = "document.querySelectorAll('#best-grade option')[1]"
    expect(visitor.value(f"{option}.disabled") is False, "a grade with seats can be chosen")
    house.api.post("/api/v1/payment", {"reservationId": hold(house, other, house.seats[18:]), "isSuccess": True}, other)
    visitor.until(f"{option}.disabled && {option}.textContent.includes('sold out')", "a sold-out grade says so")
    visitor.do("document.querySelector('#best-count').value = '100'")
    visitor.click("Hold best seats", "main")
    visitor.says("That many seats of that grade are not left")
    # Out of the cart by the keyboard: the focus is at the next seat, and at last at the heading.
    visitor.do("document.querySelector('details.list').open = true")
    free = "[...document.querySelectorAll('.row-seats button:not([disabled])')]"
    visitor.until(f"{free}.length", "a row is listed")
    visitor.do(f"{free}.slice(0, 2).forEach((seat) => seat.click())")
    visitor.do("const out = document.querySelector('.chosen button'); out.focus(); out.click()")
    expect(visitor.value(f"{FOCUS}.closest('.chosen') !== null"), "the focus is at the seat that is left")
    visitor.do(f"{FOCUS}.click()")
    expect(visitor.value(f"{FOCUS}.id") == "cart", "the focus is at the cart")


def pressed_twice(visitor, house):
    """On a slow line the next page takes its time: until it is there the button stays busy."""
    visitor.go(f"/seats/{house.schedule}")
    visitor.do("sessionStorage.busy = ''; document.querySelector('#best-grade').selectedIndex = 0")
    visitor.browser.call("Network.enable")
    visitor.browser.call("Network.emulateNetworkConditions", offline=False, latency=700, downloadThroughput=-1,
                         uploadThroughput=-1)
    visitor.do("const button = document.querySelector('.best .button'); button.click(); setInterval(() => { const now = "
               "Number(button.hasAttribute('aria-busy')); sessionStorage.busy += now; }, 20)")
    visitor.until("location.pathname.startsWith('/checkout/')", "the best seat is held")
    visitor.browser.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1,
                         uploadThroughput=-1)
    visitor.browser.call("Network.disable")
    seen = visitor.value("sessionStorage.busy")
    expect(len(seen) > 20 and "0" not in seen, f"busy on the way to the next page: {seen}")
    visitor.until("document.querySelector('main .work .button')", "paying is offered")
    visitor.click("Choose other seats", "main")
    visitor.until("location.pathname.startsWith('/seats/')", "the seat is given back")


def left(visitor, house, fan):
    """Whoever closed the company's page is told that he has not paid, and where he can."""
    reservation = hold(house, fan, house.seats[:1])
    payment = answered("payment", house.api.post("/api/v1/payment", {"reservationId": reservation}, fan), 201)
    visitor.go(f"/payment/{payment['paymentId']}/look")
    visitor.says("You did not finish paying")
    visitor.go("/purchases/")
    visitor.says("Not paid yet")
    visitor.click("Continue to payment", "main")
    visitor.until(f"location.pathname === '/checkout/{reservation}'", "paying goes on")
    visitor.click("Choose other seats", "main")
    visitor.until("location.pathname.startsWith('/seats/')", "the seat is given back")


def by_transfer(visitor, house, fan):
    """Waited for and not; then paid, and given back to an account that is told wrongly first."""
    code = {"code": "TENTH", "kind": "PERCENT", "basisPoints": 1000, "endsAt": moment(DAY), "usesMax": 50}
    answered("code", house.api.post(f"/api/v1/concert/{house.concert}/promotion", code, house.seller), 201)
    reservation = hold(house, fan, house.seats[:1])
    transfer(visitor, reservation)
    visitor.go(f"/checkout/{reservation}")
    visitor.says("Waiting for your transfer. Your seats are held")
    expect(visitor.value("document.querySelectorAll('.pay').length") == 0, "nobody pays twice")
    visitor.expect_fits("checkout while a payment is under way")
    visitor.expect_well("checkout while a payment is under way")
    visitor.go("/purchases/")
    visitor.until("[...document.querySelectorAll('dt')].some((one) => one.textContent === 'Due by')", "when it is due")
    visitor.go(f"/seats/{house.schedule}")
    visitor.says("A payment for seats you hold is in progress")
    visitor.click("View payment", "main")
    visitor.until(f"location.pathname === '/checkout/{reservation}'", "the way to it")
    visitor.click("View payment", "main")
    visitor.until("location.pathname.startsWith('/payment/')", "the payment is shown")
    visitor.click("Cancel this payment", "main")
    visitor.click("Yes, cancel", "main")
    visitor.says("The payment is canceled")
    visitor.click("Try payment again", "main")
    company = transfer(visitor, reservation)
    back = visitor.value("location.pathname")
    visitor.browser.open(company)
    visitor.until("document.querySelector('button[value=deposit]')", "the bank asks")
    visitor.do("document.querySelector('button[value=deposit]').click()")
    visitor.until("!document.querySelector('button[value=deposit]')", "the transfer is made")
    visitor.go(back)
    visitor.says("Paid. Your tickets are ready.", 60)
    visitor.go("/tickets/")
    visitor.click("Refund", ".ticket-ways")
    visitor.until("document.querySelector('.ask .button')", "what comes back is told first")
    visitor.do("document.querySelector('.ask .button').click()")
    visitor.until("document.querySelector('[name=accountNumber]')", "the account is asked for")
    visitor.fill("[name=accountNumber]", "abc")
    visitor.fill("[name=holderName]", "Kim")
    visitor.click("Refund to this account", "main")
    visitor.until("document.querySelector('[name=accountNumber][aria-invalid]')", "it is told at its field")
    visitor.fill("[name=accountNumber]", "110-123-456789")
    visitor.click("Refund to this account", "main")
    visitor.says("This ticket is no longer valid")


def transfer(visitor, reservation):
    """By the page, with a code; the address of the company's page."""
    visitor.go(f"/checkout/{reservation}")
    visitor.do("document.querySelector('[value=VIRTUAL_ACCOUNT]').click(); "
               "document.querySelector('main details').open = true")
    visitor.fill("#code", "TENTH")
    visitor.expect_fits("checkout")
    visitor.expect_well("checkout")
    visitor.do("document.querySelector('main .work .button').click()")
    visitor.says("₩9,900 off: ₩89,100 to pay")
    visitor.click("Pay ₩89,100", "main")
    visitor.until("location.pathname.startsWith('/simulator/') && document.querySelector('button')", "the company")
    company = visitor.value("location.href")
    visitor.do("document.querySelector('button').click()")
    visitor.until("location.pathname.startsWith('/payment/')", "back from the company")
    visitor.says("Waiting for your transfer.")
    visitor.expect_fits("a transfer that is waited for")
    visitor.expect_well("a transfer that is waited for")
    return company


def together(visitor, house, fan):
    """Three seats of one purchase, two of them given back at once."""
    reservation = hold(house, fan, house.seats[1:4])
    answered("payment", house.api.post("/api/v1/payment", {"reservationId": reservation, "isSuccess": True}, fan), 201)
    visitor.go("/tickets/")
    visitor.click("Refund", ".ticket-ways")
    visitor.until("document.querySelectorAll('.ask [type=checkbox]').length === 3", "the seats of the purchase")
    visitor.says("Get ₩99,000 back")
    expect(visitor.value(f"{FOCUS}.type") == "checkbox", "the focus is in what was opened")
    visitor.do("document.querySelector('.ask [type=checkbox]:not(:checked)').click()")
    visitor.says("Get ₩198,000 back")
    visitor.expect_fits("a refund")
    visitor.expect_well("a refund")
    visitor.click("Get ₩198,000 back", ".ask")
    visitor.says("The refund of 2 tickets is on its way")
    visitor.until("document.querySelectorAll('.ticket-ways').length === 1", "two more are void")
    expect(visitor.value(f"{FOCUS}.closest('.ticket') !== null"), "the focus is at a ticket")


def given_away(visitor, house):
    """The last one: nothing is left, and that is said."""
    fan = house.account("giver")
    house.buy(fan, house.seats[10])
    visitor.sign_in("giver@example.com", "a quiet purple grape on the vine")
    visitor.go("/tickets/")
    visitor.click("Transfer", ".ticket-ways")
    visitor.until(f"{FOCUS}.type === 'email'", "the focus is at the address")
    visitor.click("Cancel", ".ask")
    visitor.until(f"{FOCUS}.textContent === 'Transfer'", "the focus is back at the button")
    visitor.click("Transfer", ".ticket-ways")
    visitor.fill("[type=email]", "other@example.com")
    visitor.click("Transfer ticket", ".ask")
    visitor.says("You have no tickets yet.")
    expect(visitor.value(f"{FOCUS}.tagName") == "H1", "the focus is at the heading")
    visitor.expect_well("no tickets")
