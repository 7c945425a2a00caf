"""A fan in a browser: signs up, searches, chooses seats by the list with a keyboard's means, pays at the simulated
company, sees tickets and gets money back; an organizer creates a show by the form; an administrator sees the refund
come without loading anew. On a phone's width and a desk's, in Korean and English, light and dark. Nothing overflows, no
script of a stranger's text runs, no error is in the console, nothing is without a name or too faint to read."""

import os

from scenarios.purchase import DAY, account, moment
from support.api import Api
from support.browser import Chromium, Firefox
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

PASSWORD = "a quiet purple grape on the vine"
XSS = ["<script>wrong.push('ran')</script>", "<img src=x onerror=\"wrong.push('ran')\">",
       "\"><svg onload=\"wrong.push('ran')\">", "javascript:wrong.push('ran')", "${wrong.push('ran')}",
       "{{constructor.constructor(\"wrong.push('ran')\")()}}", "<a href=\"javascript:wrong.push('ran')\">x</a>",
       "</title><script>wrong.push('ran')</script>"]
FIRST_VISIT_BYTES_MAX = 100 * 1024


def run(site):
    podo = Podo(site, environment={"PODO_WEB_DIR": os.path.join(ROOT, "Web")}).start()
    api = Api(podo.http_port)
    seller = account(api, "seller", "ROLE_SELLER")
    concert = make_concert(api, seller, "볼빨간사춘기 가을 콘서트", "가을밤의 공연입니다.")
    hostile = make_concert(api, seller, " ".join(XSS)[:200], "\n".join(XSS))
    visits = [(Chromium, "en", 390), (Firefox, "ko", 1200)]
    for number, (browser, language, width) in enumerate(visits):
        visitor = Visitor(browser(site), f"http://127.0.0.1:{podo.http_port}", language)
        visitor.width(width)
        look_around(visitor, concert, hostile)
        if number == 0:
            light(visitor, concert)
        buy(visitor, concert, f"fan{number}@example.com", language)
        if number == 0:
            organize(visitor)
        visitor.browser.stop()
    administer(site, podo, api)
    expect_alive(podo)
    return (f"{len(visits)} browsers, bought and given back in each; {len(XSS)} hostile texts ran nowhere")


def make_concert(api, seller, name, description, rows=4, cols=6, sections=(), places=None, hold=300):
    """Of two grades, the first two rows and the rest where `places` does not say of each which it has."""
    front, rest = places or ({"rows": [1, 2]}, {"rows": [3, rows]})
    stage = api.post("/api/v1/stage", {
        "name": "대극장", "location": "서울", "rows": rows, "cols": cols, "sections": list(sections)}, seller)
    body = {
        "name": name, "performers": name[:200], "description": description, "stageId": stage.json["stageId"],
        "runtimeMinutes": 120, "category": "CONCERT", "saleOpensAt": moment(-60), "saleClosesAt": moment(20 * DAY),
        "grades": [{"name": "R", "price": 99000} | front, {"name": "S", "price": 66000} | rest],
        "schedules": [{"startsAt": moment(30 * DAY)}], "holdSeconds": hold,
    }
    answer = api.post("/api/v1/concert", body, seller)
    expect(answer.status == 201, f"concert: {answer.status} {answer.body!r}")
    return answer.json


def look_around(visitor, concert, hostile):
    """Every page that needs no account, also of what strangers wrote and of what is not there."""
    schedule = concert["schedules"][0]["scheduleId"]
    for path in ["/", f"/show/{concert['concertId']}", f"/show/{hostile['concertId']}", f"/seats/{schedule}",
                 f"/seats/{hostile['schedules'][0]['scheduleId']}", "/account/", "/show/999999", "/?keyword=zzzz"]:
        visitor.go(path)
        visitor.expect_fits(path)
        for is_dark in (True, False):
            visitor.dark(is_dark)
            visitor.expect_well(path)
        expect(visitor.value("document.querySelectorAll('main h1, main [role=alert], main .trouble').length > 0"),
               f"{path} has no heading")


def light(visitor, concert):
    """What a first visit to the list of shows takes, to a show, and to a hall, without pictures."""
    for path in ["/", f"/show/{concert['concertId']}", f"/seats/{concert['schedules'][0]['scheduleId']}"]:
        visitor.go(path)
        count = visitor.value("performance.getEntriesByType('resource').concat(performance.getEntriesByType("
                              "'navigation')).reduce((sum, entry) => sum + entry.encodedBodySize, 0)")
        expect(0 < count <= FIRST_VISIT_BYTES_MAX, f"a first visit to {path} takes {count} bytes")


def sign_up(visitor, email, words="Sign up", is_seller=False):
    visitor.go("/account/?next=/")
    visitor.fill("#name", "Kim")
    visitor.fill("#new-email", email)
    visitor.fill("#new-password", PASSWORD)
    if is_seller:
        visitor.do("document.querySelector('[name=seller]').click()")
    visitor.click(words, "form")
    visitor.until("location.pathname === '/'", "signed up, and back where one was")
    visitor.until("document.querySelector('#word')", "the search is shown")


def organize(visitor):
    """From nothing to a show that is on sale: what is missing is told at its field first."""
    visitor.browser.evaluate("fetch('/api/v1/auth/signout', {method: 'POST', body: '{}', "
                             "headers: {'content-type': 'application/json'}}).then(() => true)")
    sign_up(visitor, "organizer@example.com", is_seller=True)
    visitor.go("/studio/")
    visitor.says("You have no shows yet")
    visitor.go("/studio/new/")
    visitor.click("Next", "main")
    visitor.until("document.querySelector('#name-wrong').textContent", "the missing name is told at its field")
    visitor.fill("#name", "A show of my own")
    visitor.click("Next", "main")
    visitor.fill("#stageName", "The barn")
    visitor.fill("#location", "Seoul")
    visitor.expect_fits("the form")
    visitor.click("Next", "main")
    # The last row is painted with the second grade's colour already; the fifth gets it by hand.
    visitor.do("document.querySelectorAll('.paint-grade .mark')[1].click()")
    visitor.do("document.querySelectorAll('.paint-row')[4].click()")
    for _ in range(3):
        visitor.click("Next", "main")
    visitor.click("Create and publish", "main")
    visitor.until("location.pathname.startsWith('/studio/concert/')", "the show is made")
    visitor.says("Published")
    visitor.expect_fits("the show")
    visitor.expect_well("the show")


def administer(site, podo, api):
    account(api, "boss", "ROLE_USER")
    expect(podo.run_command("member", "promote", "boss@example.com").returncode == 0, "promote")
    visitor = Visitor(Chromium(site, name="administrator"), f"http://127.0.0.1:{podo.http_port}")
    visitor.go("/account/?next=/manage/%23refunds")
    visitor.fill("#email", "boss@example.com")
    visitor.fill("#password", PASSWORD)
    visitor.click("Sign in", "form")
    visitor.until("document.querySelector('[data-name=refunds]')", "the administration is shown")
    visitor.do("document.querySelector('[data-name=refunds]').click(); document.activeElement.blur()")
    visitor.until("document.querySelectorAll('tbody tr').length === 2", "both refunds are shown")
    fan = account(api, "late-fan", "ROLE_USER")
    concert = api.get("/concert?keyword=%EC%B6%98%EA%B8%B0").json["items"][0]
    schedule = api.get(f"/concert/{concert['concertId']}").json["schedules"][0]["scheduleId"]
    seats = api.get(f"/api/v1/schedule/{schedule}/seat").json["seats"]
    seat = next(seat["seatId"] for seat in seats if seat["status"] == "AVAILABLE")
    held = api.post("/reservation", {"scheduleId": schedule, "seatIds": [seat]}, fan)
    paid = api.post("/payment", {"reservationId": held.json["reservationId"], "isSuccess": True}, fan)
    answer = api.post(f"/api/v1/payment/{paid.json['paymentId']}/refund", {"reason": "rain"}, fan)
    expect(answer.status in (200, 202), f"refund: {answer.status} {answer.body!r}")
    visitor.until("document.querySelectorAll('tbody tr').length === 3", "a third comes without loading anew")
    visitor.expect_well("the administration")
    visitor.browser.stop()


def buy(visitor, concert, email, language):
    """By the words on the buttons, which are those of the language."""
    words = {"en": ("Sign up", "Choose seats", "Go to payment", "Refund", "My tickets"),
             "ko": ("가입하기", "좌석 선택", "결제하러 가기", "환불", "내 티켓")}[language]
    sign_up_words, choose, to_payment, refund, tickets = words
    sign_up(visitor, email, sign_up_words)
    # Two syllables from the middle of a word.
    visitor.fill("#word", "춘기")
    visitor.until("document.querySelectorAll('.shows > li').length === 1", "the search finds the show")
    visitor.do("document.querySelector('.shows a').click()")
    visitor.until("location.pathname.startsWith('/show/')", "its page opens")
    visitor.click(choose, "main")
    visitor.until("document.querySelector('details.list')", "the hall is shown")
    visitor.do("document.querySelector('details.list').open = true")
    visitor.until("document.querySelectorAll('.row-seats button').length === 6", "a row is listed")
    free = "[...document.querySelectorAll('.row-seats button:not([disabled])')]"
    visitor.do(f"{free}.slice(0, 2).forEach((seat) => seat.click())")
    visitor.says("198,000")
    visitor.click(to_payment, ".cart")
    visitor.until("location.pathname.startsWith('/checkout/')", "the seats are held")
    visitor.until("document.querySelector('main .work .button')", "paying is offered")
    visitor.expect_fits("checkout")
    visitor.expect_well("checkout")
    visitor.do("document.querySelector('main .work .button').click()")
    visitor.until("location.pathname.startsWith('/simulator/')", "the company's page")
    visitor.until("document.querySelector('button')", "the company asks")
    visitor.do("document.querySelector('button').click()")
    visitor.until("location.pathname.startsWith('/payment/')", "back from the company")
    visitor.until("document.querySelector('main .turn')", "what came of it is told")
    visitor.click(tickets, "main")
    visitor.until("document.querySelectorAll('.ticket-ways').length === 2", "two tickets")
    visitor.expect_fits("tickets")
    visitor.click(refund, ".ticket-ways")
    visitor.until("document.querySelector('.ask .button')", "what comes back is told first")
    visitor.do("document.querySelector('.ask .button').click()")
    visitor.until("document.querySelectorAll('.ticket-ways').length === 1", "one ticket is void")
    visitor.expect_well("tickets")
