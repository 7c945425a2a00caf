"""An organizer makes a show by the form, a question at a time, in a language and by the clocks of the venue, goes live
with the key of the page, and sees the health of the stream change when the encoder is starved, and change back. Then an
administrator sees a refund come while he is at a button of the list, is told when the list is not kept up to date, stops a
sale, and gives money back by hand."""

import json
import os
import signal
import time

from scenarios.purchase import DAY, account, moment
from support.api import Api
from support.browser import Chromium
from support.house import PASSWORD, SIMULATED, answered, publishing
from support.process import Process
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

STARVED_SECONDS = 4
# What clocks show, where, and which moment that is: also on the days on which they are put forward and back.
CLOCKS = [
    ("Asia/Seoul", "2026-05-01T19:00", "2026-05-01T10:00:00.000Z"),
    ("America/New_York", "2026-03-08T01:30", "2026-03-08T06:30:00.000Z"),
    ("America/New_York", "2026-03-08T03:30", "2026-03-08T07:30:00.000Z"),
    ("America/New_York", "2026-11-01T03:00", "2026-11-01T08:00:00.000Z"),
    ("Asia/Kolkata", "2026-01-01T00:10", "2025-12-31T18:40:00.000Z"),
]


def run(site):
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_LOOPS": "2"}).start()
    api = Api(podo.http_port)
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    visitor.width(390)
    account(api, "maker", "ROLE_SELLER")
    visitor.sign_in("maker@example.com", PASSWORD)
    clocks(visitor)
    make_show(visitor)
    change_show(visitor)
    said = broadcast(site, visitor)
    account(api, "boss", "ROLE_USER")
    expect(podo.run_command("member", "promote", "boss@example.com").returncode == 0, "promote")
    visitor.width(1280)
    administer(visitor, api)
    visitor.browser.stop()
    expect_alive(podo)
    return (f"a show by the form, live; starved it said {said!r}; a refund seen, a sale stopped, money given back by "
            "hand")


def press(visitor, words, within="main"):
    visitor.click(words, within)


def clocks(visitor):
    found = json.loads(visitor.browser.evaluate(
        f"import('/js/zone.js').then((zone) => JSON.stringify({json.dumps(CLOCKS)}.map(([name, text, moment]) => "
        "[name, zone.timeThere(Date.parse(moment), name), zone.momentOf(text, name)])))"))
    expect(found == [list(clock) for clock in CLOCKS], f"clocks of venues: {found}")


def make_show(visitor):
    visitor.go("/studio/new/")
    press(visitor, "Next")
    visitor.until("document.querySelector('#name-wrong').textContent", "the missing name is told at its field")
    visitor.fill("#name", "From the barn")
    press(visitor, "Next")
    visitor.fill("#stageName", "The barn")
    visitor.fill("#location", "Jeju")
    visitor.fill("[name=timeZone]", "Asia/Seoul")
    # A hall that is being typed loses nothing that is painted.
    visitor.fill("#rows", "6")
    press(visitor, "Next")
    paint(visitor)
    press(visitor, "Next")
    visitor.says("All times are in Korean")
    visitor.fill("[name=startsAt]", there(60))
    visitor.fill("[name=saleOpensAt]", there(-3600))
    # Before it opens: the server's word for it is told at its field, in its step.
    visitor.fill("[name=saleClosesAt]", there(-7200))
    press(visitor, "Next")
    press(visitor, "Next")
    press(visitor, "Create and publish")
    visitor.until("document.activeElement?.name === 'saleClosesAt'", "what the server finds wrong is at its field")
    visitor.expect_well("a form with something wrong")
    visitor.fill("[name=saleClosesAt]", there(3 * DAY))
    press(visitor, "Next")
    press(visitor, "Next")
    visitor.fill("[name=replayHours]", "24")
    press(visitor, "Create and publish")
    visitor.until("location.pathname.startsWith('/studio/concert/')", "the show is made")
    visitor.says("Published")
    visitor.until("document.querySelector('canvas')?.getAttribute('aria-label').includes('0 of 120')",
                  "the hall is seen")
    visitor.expect_well("the show")


def there(seconds):
    """A time on the clocks of Seoul, as a field takes it."""
    return time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 9 * 3600 + seconds))


def paint(visitor):
    """Two rows for the first grade by its fields, and what a size in the middle of typing does to it: nothing."""
    visitor.fill("[data-part=last]", "2")
    seats = "[...document.querySelectorAll('.paint-end .count')].map((node) => node.textContent)"
    visitor.until(f"{seats}.join() === '40 seats,60 seats'", "two rows of one grade, three of the other, one of none")
    press(visitor, "Back")
    visitor.fill("#rows", "")
    visitor.fill("#rows", "6")
    press(visitor, "Next")
    visitor.until(f"{seats}.join() === '40 seats,60 seats'", "what was painted is still there")
    visitor.do("document.querySelectorAll('.paint-row')[2].click()")
    visitor.until(f"{seats}.join() === '60 seats,60 seats'", "a press paints a row")


def change_show(visitor):
    press(visitor, "Edit")
    visitor.fill("dialog [name=name]", "From the old barn")
    press(visitor, "Save", "dialog")
    visitor.until("document.querySelector('h1').textContent === 'From the old barn'", "its name is another")
    press(visitor, "Cancel and refund everybody")
    press(visitor, "Go back", "dialog")
    visitor.until("!document.querySelector('dialog')", "the question is gone")
    time.sleep(1)
    expect(visitor.value("document.querySelector('.facts').innerText.includes('Published')"), "nothing was canceled")
    visitor.says("Published")


def broadcast(site, visitor):
    visitor.do("document.querySelector('.times a').click()")
    visitor.until("location.pathname.startsWith('/studio/live/')", "the page to broadcast from")
    visitor.says("Waiting for your stream")
    press(visitor, "Get a stream key")
    press(visitor, "Get a stream key", "dialog")
    visitor.until("document.querySelectorAll('.copy code').length === 2", "server and key are shown")
    server, key = visitor.value("[...document.querySelectorAll('.copy code')].map((node) => node.textContent)")
    encoder = Process(publishing(f"{server}/{key}"), site.join("encoder.log"))
    site.servers.insert(0, encoder)
    good = "document.querySelector('.advice[data-good=true]:not([hidden])')"
    visitor.until(good, "all is well", 40)
    visitor.until("document.querySelectorAll('.chart .line').length === 2", "viewers and bitrate are drawn")
    preview(visitor)
    visitor.expect_fits("the page to broadcast from")
    for is_dark in (True, False):
        visitor.dark(is_dark)
        visitor.expect_well("the page to broadcast from")
    os.kill(encoder.pid, signal.SIGSTOP)
    visitor.until("document.querySelector('.advice[data-good=false]:not([hidden]), [data-state=INTERRUPTED]')",
                  "a starved encoder is told of", 30)
    said = visitor.value("document.querySelector('.advice').textContent")
    time.sleep(STARVED_SECONDS)
    os.kill(encoder.pid, signal.SIGCONT)
    visitor.until(good, "all is well again", 60)
    ways = "[...document.querySelectorAll('main > .ways button:not([hidden])')].map((one) => one.textContent)"
    expect(visitor.value(ways) == ["End the show"], "of a show that goes on there is no end to take back")
    press(visitor, "Revoke key")
    press(visitor, "Revoke key", "dialog")
    visitor.until("document.querySelector('[data-state=INTERRUPTED]')", "whoever sends with the key is cut off", 40)
    expect(not visitor.value("Boolean(document.querySelector('.copy'))"), "the key is not shown any more")
    encoder.stop()
    visitor.until("document.querySelector('[data-state=INTERRUPTED], [data-state=ENDED]')", "its end is told", 40)
    press(visitor, "Manage show")
    press(visitor, "Edit", ".times")
    visitor.says("this stays as it is")
    expect(visitor.value("document.querySelector('dialog [name=startsAt]').disabled"), "it begins at no other time")
    press(visitor, "Go back", "dialog")
    return said


def preview(visitor):
    """What viewers get, in the page itself, without sound."""
    press(visitor, "Watch as a viewer")
    visitor.until("document.querySelector('.preview video')?.currentTime > 0.5", "the preview plays", 40)
    expect(visitor.value("document.querySelector('.preview video').muted"), "nobody hears himself")
    visitor.expect_well("a preview")
    press(visitor, "Close the preview")
    visitor.until("document.querySelector('.preview').hidden", "it is closed")


def administer(visitor, api):
    concert = api.get("/concert?keyword=barn").json["items"][0]["concertId"]
    schedule = api.get(f"/concert/{concert}").json["schedules"][0]["scheduleId"]
    seats = [seat["seatId"] for seat in api.get(f"/api/v1/schedule/{schedule}/seat").json["seats"]]
    fan = account(api, "fan", "ROLE_USER")
    first, second = (buy(api, fan, schedule, seat) for seat in seats[:2])
    # The show goes on: buyers cannot give anything back any more.
    token = answered("sign-in", api.post("/auth/signin", {"email": "boss@example.com", "password": PASSWORD}), 200)
    boss = token["accessToken"]
    visitor.sign_in("boss@example.com", PASSWORD)
    visitor.go("/manage/#refunds")
    visitor.says("Nothing here yet")
    answered("refund", api.post(f"/api/v1/admin/payments/{first}/refund", {"reason": "rain"}, boss), 200, 202)
    visitor.until("document.querySelectorAll('tbody tr').length === 1", "the refund comes by itself")
    # Whoever has clicked into the table is not left behind.
    visitor.do("document.querySelector('.table').focus()")
    answered("refund", api.post(f"/api/v1/admin/payments/{second}/refund", {"reason": "snow"}, boss), 200, 202)
    visitor.until("document.querySelectorAll('tbody tr').length === 2", "so does the next, for who is in the table")
    expect(visitor.value("document.activeElement.className") == "table", "and he stays where he was")
    visitor.expect_well("refunds")
    cut_off(visitor)
    third = buy(api, fan, schedule, seats[2])
    give_back(visitor, third)
    stop_sale(visitor, api, concert)
    for part in ("requests", "members", "state"):
        visitor.go("/favicon.svg")
        visitor.go(f"/manage/#{part}")
        visitor.until("document.querySelectorAll('tbody tr').length > 1", f"{part} are listed")
        visitor.expect_fits(part)
        for is_dark in (True, False):
            visitor.dark(is_dark)
            visitor.expect_well(part)
    visitor.go("/manage/#nothing-like-that")
    visitor.until("document.querySelector('[aria-current=page][data-name=payments]')", "what is unknown is the first")


def cut_off(visitor):
    """What is not kept up to date says so, and goes on by itself."""
    visitor.browser.call("Network.enable")
    for is_offline in (True, False):
        visitor.browser.call("Network.emulateNetworkConditions", offline=is_offline, latency=0, downloadThroughput=-1,
                             uploadThroughput=-1)
        visitor.until("Boolean(document.querySelector('.stale').textContent.includes('Not up to date since'))"
                      f" === {str(is_offline).lower()}", f"whether it is kept up to date, offline {is_offline}", 40)
    visitor.browser.call("Network.disable")


def buy(api, fan, schedule, seat):
    held = answered("hold", api.post("/reservation", {"scheduleId": schedule, "seatIds": [seat]}, fan), 201)
    body = {"reservationId": held["reservationId"], "isSuccess": True}
    paid = answered("pay", api.post("/payment", body, fan), 201, 202)
    return paid["paymentId"]


def give_back(visitor, payment):
    visitor.do("location.hash = '#payments?status=COMPLETED'")
    visitor.until("document.querySelector('[data-way=detail]')", "what is paid is listed")
    visitor.do("document.querySelector('[data-way=detail]').click()")
    visitor.says(f"Payment {payment}")
    visitor.do("document.querySelector('dialog [data-way=refund]').click()")
    press(visitor, "Refund", "dialog")
    visitor.until("document.querySelector('dialog [aria-invalid]')?.name === 'reason'", "a reason is asked for")
    for is_dark in (True, False):
        visitor.dark(is_dark)
        visitor.expect_well("a question")
    visitor.fill("dialog [name=reason]", "asked for by telephone")
    press(visitor, "Refund", "dialog")
    visitor.says("Done.")
    visitor.do("location.hash = '#refunds'")
    visitor.says("asked for by telephone")


def stop_sale(visitor, api, concert):
    visitor.do("location.hash = '#shows?status=PUBLISHED'")
    visitor.until("document.querySelector('[data-way=close]')", "shows on sale are listed")
    visitor.do("document.querySelector('[data-way=close]').click()")
    press(visitor, "Stop sales", "dialog")
    visitor.says("Nothing matches")
    expect(api.get(f"/concert/{concert}").json["status"] == "CLOSED", "it is not sold any more")
