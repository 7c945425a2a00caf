"""Who works for an organizer finds in the studio what is for him and nothing that is refused; administrators find
members by role and address, are written down once for each look and not more, lock one of them and let him in again,
and see in their lists what was done."""

import json
import os
import time

from scenarios.pages_staff import TEXT, choose, press
from scenarios.purchase import account
from support import tools
from support.api import Api
from support.browser import Chromium
from support.database import query
from support.house import PASSWORD, SIMULATED, House, answered
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

with open(os.path.join(ROOT, "Tests/EndToEnd/pages/lists.js"), encoding="utf-8") as file:
    LISTS = file.read().strip()
LOOKS = "SELECT count(*) FROM audit_log WHERE action = 'members-listed'"
LIVE = "a[href^='/studio/live/']"


def run(site):
    tools.require(["chromium"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_LOOPS": "2"}).start()
    house = House(podo, rows=4, cols=6)
    account(house.api, "boss", "ROLE_USER")
    expect(podo.run_command("member", "promote", "boss@example.com").returncode == 0, "promote")
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    visitor.width(390)
    visitor.sign_in("seller@example.com", PASSWORD)
    team(visitor, house)
    visitor.width(1280)
    administer(podo, visitor)
    visitor.browser.stop()
    expect_alive(podo)
    return "three of a team see what is theirs; members are found, lists show what was done"


def team(visitor, house):
    """Taken in by an address, seen by name; each finds the studio and what is for him, and nothing that is refused."""
    for name in ("kim", "lee", "park"):
        account(house.api, name, "ROLE_USER")
    visitor.go("/studio/team/")
    press(visitor, "Add somebody")
    visitor.fill("dialog [name=email]", "nobody@example.com")
    press(visitor, "Add somebody", "dialog")
    visitor.until(TEXT.format("dialog .wrong[role=alert]") + ".includes('Nobody has signed')", "nobody's address")
    for name, role in (("kim", "ADMIN"), ("lee", "STREAMER"), ("park", "FINANCE")):
        visitor.fill("dialog [name=email]", f"{name}@example.com")
        choose(visitor, "dialog [name=role]", role)
        press(visitor, "Add somebody", "dialog")
        visitor.until(TEXT.format("tbody") + f".includes('{name}')", f"{name} by name")
        if name != "park":
            press(visitor, "Add somebody")
    visitor.expect_well("the team")
    see_as(visitor, house, "lee", {"studio.change": 0, "#sales": 0, "#codes": 0, LIVE: 1})
    see_as(visitor, house, "park", {"studio.change": 0, "#sales": 1, "#codes": 1, LIVE: 0})
    names = visitor.value("[...document.querySelectorAll('main button')].map((one) => one.textContent)")
    expect("Create a code" not in names, "who sees the money makes no codes")
    see_as(visitor, house, "kim", {"studio.change": 1, "#sales": 1, "#codes": 1, LIVE: 1})
    visitor.go("/studio/")
    press(visitor, "Create a show")
    visitor.until("document.querySelector('#sellerId option')?.textContent === 'seller'", "for whom it is")
    expect(visitor.value("document.querySelector('#stageId').options.length") > 2, "the organizer's stages")


def see_as(visitor, house, name, wanted):
    visitor.sign_in(f"{name}@example.com", PASSWORD)
    visitor.go("/")
    visitor.until("document.querySelector('#bar a[href=\"/studio/\"]')", f"{name} finds the studio")
    visitor.go("/studio/")
    visitor.until("document.querySelector('.show')", f"{name} sees the shows")
    visitor.go(f"/studio/concert/{house.concert}")
    visitor.until("document.querySelector('canvas')", f"{name} sees the hall")
    time.sleep(1)
    for what, count in wanted.items():
        selector = what if what[0] in "#a" else f"[data-way='{what}']"
        found = visitor.value(f"document.querySelectorAll({json.dumps(selector)}).length")
        expect(found == count, f"{name}: {what} {found} times, not {count}")
    visitor.expect_well(f"the show as {name} sees it")


def administer(podo, visitor):
    visitor.sign_in("boss@example.com", PASSWORD)
    visitor.go("/manage/#members")
    rows = "[...document.querySelectorAll('tbody tr')].map((line) => line.querySelectorAll('.cell')[1].textContent)"
    visitor.until(f"{rows}.length > 4", "members")
    looks = query(podo, LOOKS)
    time.sleep(6)
    expect(query(podo, LOOKS) == looks, "nobody looked again")
    choose(visitor, "#filter-role", "MANAGER")
    visitor.until(f"{rows}.join() === 'boss'", "by role")
    expect(visitor.value("document.activeElement.id") == "filter-role", "one stays at the filter")
    choose(visitor, "#filter-role", "")
    visitor.until(f"{rows}.length > 4", "all again")
    choose(visitor, "#filter-email", "KIM@example.com")
    visitor.until(f"{rows}.join() === 'kim'", "by address")
    visitor.expect_well("members, searched")
    lock(podo, visitor)
    visitor.go("/favicon.svg")
    visitor.go("/manage/#requests")
    visitor.until("document.querySelectorAll('tbody tr').length > 1", "requests")
    time.sleep(3)
    routes = visitor.value("[...document.querySelectorAll('tbody code')].map((one) => one.textContent)")
    expect(not [route for route in routes if "/admin/requests" in route], f"looking at requests is none: {routes}")
    wrong = visitor.browser.evaluate(LISTS)
    expect(wrong == [], f"lists: {wrong}")


def lock(podo, visitor):
    """Of the one that was found: asked first, out at once, seen in the list, and taken back."""
    api = Api(podo.http_port)
    credentials = {"email": "kim@example.com", "password": PASSWORD}
    token = answered("sign-in", api.post("/api/v1/auth/signin", credentials), 200)["accessToken"]
    status = "document.querySelector('tbody tr')?.querySelectorAll('.cell')[4].textContent"
    way = "document.querySelector('tbody [data-way=lock]')"
    visitor.do(f"{way}.focus(); {way}.click()")
    visitor.says("They are signed out everywhere at once")
    visitor.expect_well("whether to lock somebody")
    visitor.click("Go back", "dialog")
    visitor.until("!document.querySelector('dialog')", "nothing is done")
    answered("who is not locked", api.get("/api/v1/member/me", token), 200)
    visitor.do(f"{way}.click()")
    visitor.click("Lock", "dialog")
    visitor.until(f"{status} === 'Locked'", "it is seen who is locked")
    visitor.until(f"document.activeElement === {way}", "and one is where one was")
    answered("who is locked", api.get("/api/v1/member/me", token), 401)
    refused = api.post("/api/v1/auth/signin", credentials)
    expect(refused.code == "account-locked", f"a locked sign-in: {refused.status} {refused.body!r}")
    visitor.click("Unlock", "tbody")
    visitor.click("Unlock", "dialog")
    visitor.until(f"{status} === 'Active'", "it is seen who is not locked")
    answered("who was locked", api.post("/api/v1/auth/signin", credentials), 200)
    visitor.do("location.hash = 'members?role=MANAGER'")
    # Of the search before there is one line too.
    rows = "[...document.querySelectorAll('tbody tr')].map((line) => line.querySelectorAll('.cell')[1].textContent)"
    visitor.until(f"{rows}.join() === 'boss'", "managers")
    expect(visitor.value(f"{way} === null"), "a manager can be locked by the page")
