"""A draft that is published has its sales and its hall at once; and what is written of a show is there again after a
reload, in the other language, and for who has to sign in anew."""

import os

from scenarios.pages_staff import choose, press
from scenarios.purchase import DAY, moment
from support import tools
from support.browser import Chromium
from support.house import PASSWORD, SIMULATED, House, answered
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor


def run(site):
    tools.require(["chromium"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_LOOPS": "2"}).start()
    house = House(podo, rows=4, cols=6)
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    visitor.width(390)
    visitor.sign_in("seller@example.com", PASSWORD)
    draft(visitor, house)
    written_again(visitor)
    visitor.browser.stop()
    expect_alive(podo)
    return "a draft becomes a show before one's eyes; what was written is there again"


def draft(visitor, house):
    """A draft that is published has its sales and its hall at once, and a performance more is one to choose."""
    stage = answered("stage", house.api.post("/api/v1/stage", {
        "name": "작은 방", "location": "서울", "rows": 2, "cols": 3}, house.seller), 201)["stageId"]
    made = answered("draft", house.api.post("/api/v1/concert", {
        "name": "Draft", "description": "", "stageId": stage, "runtimeMinutes": 60, "category": "OTHER", "draft": True,
        "saleOpensAt": moment(-60), "saleClosesAt": moment(9 * DAY),
        "grades": [{"name": "R", "price": 1, "rows": [1, 2]}],
        "schedules": [{"startsAt": moment(10 * DAY)}]}, house.seller), 201)["concertId"]
    visitor.go(f"/studio/concert/{made}")
    expect(not visitor.value("Boolean(document.querySelector('canvas, #sales'))"), "a draft has no sales")
    press(visitor, "Publish")
    press(visitor, "Publish", "dialog")
    visitor.until("document.querySelector('#sales') && document.querySelector('canvas')", "its sales and its hall")
    expect(not visitor.value("Boolean(document.querySelector('#hall-of'))"), "there is one to see")
    press(visitor, "Add a performance")
    press(visitor, "Add a performance", "dialog")
    visitor.until("document.querySelectorAll('#hall-of option').length === 2", "there are two to choose from")
    visitor.expect_well("a show with two performances")
    press(visitor, "Cancel performance")
    press(visitor, "Cancel performance", "dialog")
    visitor.until("document.querySelector('canvas') && !document.querySelector('#hall-of')", "and one again")


def written_again(visitor):
    """What was written of a show is there after a reload, and in the other language; another begins anew."""
    # What a page before this one has kept does not fit, and is not put in half.
    visitor.browser.evaluate(
        "fetch('/api/v1/member/me').then((answer) => answer.json()).then((me) => sessionStorage.setItem("
        "`podo-show-${me.memberId}`, '{\"values\":{\"name\":\"Of old\"},\"times\":[]}'))")
    visitor.go("/studio/new/")
    expect(visitor.value("document.querySelector('#name').value") == "", "an empty form")
    visitor.fill("#name", "Half written")
    press(visitor, "Next")
    choose(visitor, "#stageId", "new")
    visitor.fill("#stageName", "A barn")
    visitor.fill("#location", "Jeju")
    choose(visitor, "[name=hallKind]", "sections")
    # Of one height: a show there may be sold by rows too.
    for line in (1, 2, 3):
        visitor.fill(f".hall-editor .row:nth-child({line}) [data-part=rows]", "4")
    visitor.fill(".hall-editor .row:nth-child(1) [data-part=name]", "Hay")
    press(visitor, "Next")
    choose(visitor, "[name=paintBy]", "rows")
    # A grade without a row would be left out: it is told.
    press(visitor, "Add a grade")
    press(visitor, "Next")
    visitor.says("has the grade B")
    visitor.do("document.querySelectorAll('.paint-row')[3].click()")
    press(visitor, "Next")
    press(visitor, "Add a performance")
    press(visitor, "Next")
    press(visitor, "Next")
    visitor.fill("[name=holdSeconds]", "600")
    choose(visitor, "[name=refunds]", "own")
    visitor.expect_well("the form's last step")
    press(visitor, "한국어", ".persons")
    visitor.until("document.documentElement?.lang === 'ko' && document.querySelector('main form')", "the other language")
    visitor.says("적던 내용을 이어서 씁니다")
    found = visitor.value("Object.fromEntries(new FormData(document.querySelector('main form')))")
    expect((found["name"], found["stageName"], found["holdSeconds"]) == ("Half written", "A barn", "600"), f"{found}")
    expect(visitor.value("document.querySelectorAll('[name=startsAt]').length") == 2, "both performances")
    expect(visitor.value("document.querySelectorAll('[data-part=daysBefore]').length") == 5, "the rules")
    painted = visitor.value("document.querySelectorAll('.paint-row')[3].getAttribute('aria-label')")
    expect(painted == "4열: B", f"its colours: {painted}")
    hall = visitor.value("[...document.querySelectorAll('.hall-editor [data-part=name]')].map((one) => one.value)")
    expect(hall == ["Hay", "B", "C"], f"its sections: {hall}")
    visitor.expect_well("the form in Korean")
    visitor.expect_fits("the form in Korean")
    press(visitor, "English", ".persons")
    visitor.until("document.documentElement?.lang === 'en' && document.querySelector('main form')", "and back")
    signed_out(visitor)
    press(visitor, "Start over")
    visitor.until("document.querySelector('#name')?.value === ''", "an empty form")
def signed_out(visitor):
    """Whose session ends while he writes is told so, and finds it all when he has signed in."""
    visitor.browser.evaluate("fetch('/api/v1/auth/signout', {method: 'POST', body: '{}', "
                             "headers: {'content-type': 'application/json'}}).then((answer) => answer.status)")
    press(visitor, "Create and publish")
    visitor.until("document.querySelector('main form .wrong a[href^=\"/account/\"]')", "the way to sign in")
    visitor.sign_in("seller@example.com", PASSWORD)
    visitor.go("/studio/new/")
    visitor.says("What you had written is here again.")
    expect(visitor.value("document.querySelector('#name').value") == "Half written", "what was written")
