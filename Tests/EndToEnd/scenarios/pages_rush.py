"""Fans in a hurry, each in a browser of his own: two want the same seat, and one gets it; the other is told at once,
and keeps the rest of his choice. A queue lets them in one after the other in the order of coming, says when the
organizer pauses it and when there is none any more, and gives a lost turn back only to who asks for it."""

import os

from scenarios.pages import make_concert
from scenarios.purchase import DAY, account, moment
from scenarios.watching import sign_in
from support import tools
from support.api import Api
from support.browser import Chromium
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

FREE = "[...document.querySelectorAll('.row-seats button:not([disabled])')]"


def run(site):
    tools.require(["chromium"], ["websocket"])
    podo = Podo(site, environment={"PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    api = Api(podo.http_port)
    seller = account(api, "seller", "ROLE_SELLER")
    visitors = []
    for name, language in (("first", "en"), ("second", "ko")):
        account(api, name, "ROLE_USER")
        visitor = Visitor(Chromium(site, name=name), f"http://127.0.0.1:{podo.http_port}", language)
        visitor.width(390)
        visitors.append(visitor)
    a_race(api, seller, *visitors)
    in_line(api, seller, *visitors)
    for visitor in visitors:
        visitor.browser.stop()
    expect_alive(podo)
    return "a seat for one of two; a queue in its order, paused, lost, and gone"


def a_race(api, seller, first, second):
    """The first chooses before he has signed in: what he chose is there when he comes back."""
    concert = make_concert(api, seller, "Race", "")
    path = f"/seats/{concert['schedules'][0]['scheduleId']}"
    sign_in(second, "second")
    for visitor in (first, second):
        visitor.go(path)
        visitor.do("document.querySelector('details.list').open = true")
        visitor.until(f"{FREE}.length === 6", "a row is listed")
    first.do(f"{FREE}.slice(0, 1).forEach((seat) => seat.click())")
    second.do(f"{FREE}.slice(0, 2).forEach((seat) => seat.click())")
    first.click("Go to payment", ".cart")
    first.until("location.pathname === '/account/'", "who is not signed in is asked to")
    first.until("document.querySelector('#email')", "the form is shown")
    first.fill("#email", "first@example.com")
    first.fill("#password", "a quiet purple grape on the vine")
    first.click("Sign in", "form")
    first.until(f"location.pathname === '{path}' && document.querySelectorAll('.chosen li').length === 1",
                "back at the hall, with the seat that was chosen")
    first.click("Go to payment", ".cart")
    first.until("location.pathname.startsWith('/checkout/')", "the seat is held")
    second.says("다른 분이 먼저 잡았습니다")
    second.until("document.querySelectorAll('.chosen li').length === 1", "the other seat is still chosen")
    second.click("결제하러 가기", ".cart")
    second.until("location.pathname.startsWith('/checkout/')", "the other seat is held")
    second.go(path)
    second.says("잡아 둔 좌석이 있습니다")
    second.expect_fits("the hall with seats that one holds")
    second.expect_well("the hall with seats that one holds")


def in_line(api, seller, first, second):
    concert = queued_concert(api, seller)
    number, schedule = concert["concertId"], concert["schedules"][0]["scheduleId"]
    path = f"/queue/{number}?schedule={schedule}"
    settings = f"/api/v1/concert/{number}/queue"
    expect(api.send("PATCH", settings, seller, {"paused": True}).status == 200, "paused")
    first.go(f"/show/{number}")
    first.click("Join the queue", "main")
    first.says("You're next")
    first.says("The organizer has paused sales")
    second.go(path)
    second.says("앞에 1명이 있습니다")
    for visitor in (first, second):
        visitor.expect_fits("the queue")
        visitor.expect_well("the queue")
    ask_for_sound(first)
    expect(api.send("PATCH", settings, seller, {"paused": False}).status == 200, "goes on")
    first.says("It's your turn!")
    first.until("window.tones > window.tonesBefore", "the turn is told by sound")
    first.says("Choose your seats within")
    second.says("다음 차례입니다")
    expect("차례가 왔습니다" not in second.value("document.body.innerText"), "two are in, where there is room for one")
    # Its turn is over while it sleeps: what it is told, and that it asks for another one itself.
    first.click("Choose seats", "main")
    first.until("location.pathname.startsWith('/seats/')", "the hall")
    lose_turn(first, number)
    second.says("차례가 왔습니다!")
    lose_turn(second, number)
    second.do("document.dispatchEvent(new Event('visibilitychange'))")
    second.says("차례가 지났습니다.")
    second.expect_well("a lost turn")
    second.click("다시 줄 서기", "main")
    # At the end again, which is the front here.
    second.says("다음 차례입니다")
    expect(api.send("PATCH", settings, seller, {"enabled": False}).status == 200, "no queue")
    second.says("지금은 줄을 서지 않아도 됩니다.")
    first.go(path)
    first.says("No waiting right now.")
    first.click("Choose seats", "main")
    first.until(f"location.pathname === '/seats/{schedule}'", "the hall is open")


def ask_for_sound(visitor):
    """What it will be like is heard at once. Tones are counted, not listened to."""
    visitor.says("must be open within 90 seconds")
    visitor.do("window.tones = 0; const make = AudioContext.prototype.createOscillator; "
               "AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); }")
    visitor.click("Play a sound when it's my turn", "main")
    visitor.until("window.tones > 0", "it is heard once")
    visitor.until("document.querySelector('[aria-pressed=true]')", "it is switched on")
    visitor.expect_fits("the queue with its sound")
    visitor.do("window.tonesBefore = window.tones")


def lose_turn(visitor, concert):
    status = visitor.browser.evaluate(
        f"fetch('/api/v1/concert/{concert}/queue', {{method: 'DELETE'}}).then((answer) => answer.status)")
    expect(status == 204, f"the turn is given up: {status}")


def queued_concert(api, seller):
    stage = api.post("/api/v1/stage", {"name": "Hall", "location": "Seoul", "rows": 4, "cols": 6}, seller)
    body = {
        "name": "Rush", "stageId": stage.json["stageId"], "runtimeMinutes": 120, "category": "CONCERT",
        "saleOpensAt": moment(-60), "saleClosesAt": moment(20 * DAY), "schedules": [{"startsAt": moment(30 * DAY)}],
        "grades": [{"name": "R", "price": 99000, "rows": [1, 4]}],
        "queue": {"enabled": True, "admitPerSecond": 1, "maxActive": 1},
    }
    answer = api.post("/api/v1/concert", body, seller)
    expect(answer.status == 201, f"concert: {answer.status} {answer.body!r}")
    return answer.json
