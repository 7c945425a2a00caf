"""A fan in a browser: signs up, searches, chooses seats by the list with a keyboard's means, pays at the simulated
company, sees tickets and gets money back; on a phone's width and a desk's, in Korean and English. Nothing overflows, no
script of a stranger's text runs, no error is in the console."""

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
            light(visitor)
        buy(visitor, concert, f"fan{number}@example.com", language)
        visitor.browser.stop()
    expect_alive(podo)
    return f"{len(visits)} browsers, bought and given back in each; {len(XSS)} hostile texts ran nowhere"


def make_concert(api, seller, name, description):
    stage = api.post("/api/v1/stage", {"name": "대극장", "location": "서울", "rows": 4, "cols": 6}, seller)
    body = {
        "name": name, "performers": name[:200], "description": description, "stageId": stage.json["stageId"],
        "runtimeMinutes": 120, "category": "CONCERT", "saleOpensAt": moment(-60), "saleClosesAt": moment(20 * DAY),
        "grades": [{"name": "R", "price": 99000, "rows": [1, 2]}, {"name": "S", "price": 66000, "rows": [3, 4]}],
        "schedules": [{"startsAt": moment(30 * DAY)}],
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
        visitor.expect_well(path)
        expect(visitor.value("document.querySelectorAll('main h1, main [role=alert], main .trouble').length > 0"),
               f"{path} has no heading")


def light(visitor):
    """What a first visit to the list of shows takes, without pictures."""
    visitor.go("/")
    count = visitor.value("performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
                          ".reduce((sum, entry) => sum + entry.encodedBodySize, 0)")
    expect(0 < count <= FIRST_VISIT_BYTES_MAX, f"a first visit takes {count} bytes")


def buy(visitor, concert, email, language):
    """By the words on the buttons, which are those of the language."""
    words = {"en": ("Sign up", "Choose seats", "Go to payment", "Refund", "My tickets"),
             "ko": ("가입하기", "좌석 선택", "결제하러 가기", "환불", "내 티켓")}[language]
    sign_up, choose, to_payment, refund, tickets = words
    visitor.go("/account/?next=/")
    visitor.fill("#name", "Kim")
    visitor.fill("#new-email", email)
    visitor.fill("#new-password", PASSWORD)
    visitor.click(sign_up, "form")
    visitor.until("location.pathname === '/'", "signed up, and back where one was")
    visitor.until("document.querySelector('#word')", "the search is shown")
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
