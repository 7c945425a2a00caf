"""What organizers can count on: settings that two people change keep what each has set, a question that is being
answered cannot be left, and every field of a show can be changed by the pages. The other ways are walked in
`pages-studio` and `pages-draft`."""

import json
import os

from scenarios.purchase import DAY, moment
from support import tools
from support.browser import Chromium
from support.house import PASSWORD, SIMULATED, House, answered
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

# Answers of the server that are held back until somebody lets them go.
HOLD = """window.real = fetch; window.gate = new Promise((open) => { window.letGo = open; });
window.fetch = async (...asked) => {
  const answer = await real(...asked);
  if (asked[1]?.method !== 'GET') await gate;
  return answer;
}"""
TEXT = "(document.querySelector('{}')?.textContent ?? '')"


def run(site):
    tools.require(["chromium"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_LOOPS": "2"}).start()
    house = House(podo, rows=4, cols=6)
    visitor = Visitor(Chromium(site), f"http://127.0.0.1:{podo.http_port}")
    visitor.width(390)
    visitor.sign_in("seller@example.com", PASSWORD)
    paused(visitor, house)
    two_people(visitor, house)
    held_back(visitor, house)
    rules(visitor, house)
    codes(visitor, house)
    performance(visitor, house)
    visitor.browser.stop()
    expect_alive(podo)
    return "settings and questions keep what they promise"


def press(visitor, words, within="main"):
    """As a key does: at the button first."""
    selector = json.dumps(f"{within} button, {within} a")
    found = (f"[...document.querySelectorAll({selector})]"
             f".find((node) => node.textContent.trim() === {json.dumps(words)} && !node.disabled)")
    visitor.until(found, f'"{words}" can be pressed')
    visitor.do(f"const node = {found}; node.focus(); node.click()")


def save(visitor):
    press(visitor, "Save", "dialog")
    visitor.until("!document.querySelector('dialog')", "it is saved")
    visitor.says("Done.")


def show(visitor, house):
    visitor.go(f"/studio/concert/{house.concert}")
    visitor.until("document.querySelector('canvas')?.getAttribute('aria-label')?.includes('0 of 24')", "its hall")


def concert(house):
    return house.api.get(f"/api/v1/concert/{house.concert}", house.seller).json


def paused(visitor, house):
    """A pause before the opening outlives a change of the rate, and so does what another sets meanwhile."""
    made = answered("concert", house.api.post("/api/v1/concert", {
        "name": "Later", "runtimeMinutes": 60, "category": "OTHER", "saleOpensAt": moment(3600),
        "saleClosesAt": moment(9 * DAY), "grades": [{"name": "O", "price": 1, "kind": "ONLINE", "capacity": 9}],
        "schedules": [{"startsAt": moment(10 * DAY)}], "queue": {"enabled": True}}, house.seller), 201)["concertId"]
    path = f"/api/v1/concert/{made}/queue"
    answered("pause", house.api.send("PATCH", path, house.seller, {"paused": True}), 200)
    visitor.go(f"/studio/concert/{made}")
    press(visitor, "Queue settings")
    visitor.until("document.querySelector('dialog [name=paused]')?.checked", "it is seen that it is paused")
    visitor.says("Before the sale · Paused")
    answered("more", house.api.send("PATCH", path, house.seller, {"maxActive": 77}), 200)
    visitor.fill("dialog [name=admitPerSecond]", "9")
    save(visitor)
    now = house.api.get(path + "/watermark").json
    expect((now["paused"], now["admitPerSecond"], now["maxActive"]) == (True, 9, 77), f"the queue: {now}")


def two_people(visitor, house):
    """A change meanwhile is told of, and kept."""
    show(visitor, house)
    press(visitor, "Edit")
    visitor.fill("dialog [name=name]", "One name")
    change = {"performers": "Somebody"}
    answered("meanwhile", house.api.send("PATCH", f"/api/v1/concert/{house.concert}", house.seller, change), 200)
    press(visitor, "Save", "dialog")
    visitor.until(TEXT.format("dialog .wrong[role=alert]") + ".includes('Somebody else')", "another has changed it")
    expect(visitor.value("document.querySelector('dialog [name=name]').value") == "One name", "what was written stays")
    press(visitor, "Save", "dialog")
    visitor.until("document.querySelector('h1').textContent === 'One name'", "it is changed")
    visitor.until("document.activeElement.dataset.way === 'studio.change'", "and one is where one was")
    found = concert(house)
    expect((found["name"], found["performers"]) == ("One name", "Somebody"), f"both changes: {found}")


def held_back(visitor, house):
    """While it is being done a question stays: neither Escape nor a button leaves it, and its end is told."""
    visitor.do(HOLD)
    press(visitor, "Close the sale")
    press(visitor, "Close the sale", "dialog")
    visitor.until("document.querySelector('dialog [aria-busy]')", "it is being done")
    escape(visitor)
    press(visitor, "Go back", "dialog")
    expect(visitor.value("Boolean(document.querySelector('dialog[open]'))"), "the question is still there")
    expect(visitor.value("document.activeElement.closest('dialog') !== null"), "and one is in it")
    visitor.do("letGo(); window.fetch = real")
    visitor.says("Sale closed")
    visitor.until("!document.querySelector('dialog')", "the question is gone")
    press(visitor, "Resume sales")
    escape(visitor)
    visitor.until("!document.querySelector('dialog')", "one that is not being answered can be left")
    press(visitor, "Resume sales")
    press(visitor, "Resume sales", "dialog")
    visitor.says("Published")
    expect(concert(house)["status"] == "PUBLISHED", "it is on sale again")


def escape(visitor):
    for kind in ("rawKeyDown", "keyUp"):
        visitor.browser.call("Input.dispatchKeyEvent", type=kind, key="Escape", code="Escape", windowsVirtualKeyCode=27)


def rules(visitor, house):
    """Refund rules, time to pay, age and whatever else, by the form."""
    press(visitor, "Edit")
    visitor.fill("dialog [name=holdSeconds]", "420")
    visitor.fill("dialog [name=ageRating]", "12")
    expect(visitor.value("document.querySelector('dialog [name=refunds]').value") == "own", "the show has rules")
    press(visitor, "Add a rule", "dialog")
    visitor.fill("dialog .row:nth-child(2) [data-part=daysBefore]", "3")
    visitor.fill("dialog .row:nth-child(2) [data-part=fee]", "12.5")
    press(visitor, "Save", "dialog")
    # Nearer to the show it may not be cheaper: told where the rules are.
    visitor.until(TEXT.format("dialog [id^=refunds-][id$=-wrong]") + " !== ''", "cheaper later is refused")
    visitor.expect_well("a form with rules")
    # They were put in order: the one of 3 days is first now.
    visitor.fill("dialog .row:nth-child(1) [data-part=fee]", "0")
    visitor.fill("dialog .row:nth-child(2) [data-part=fee]", "12.5")
    press(visitor, "Add a field", "dialog")
    visitor.fill("dialog [data-part=name]", "Host")
    visitor.fill("dialog [data-part=value]", "Grapes\nand more")
    save(visitor)
    found = concert(house)
    expect([(rule["daysBefore"], rule["feeBasisPoints"]) for rule in found["refundRules"]] == [(3, 0), (-14, 1250)],
           f"rules: {found['refundRules']}")
    expect((found["holdSeconds"], found["ageRating"]) == (420, 12), f"time and age: {found}")
    expect(found["fields"] == [{"name": "Host", "value": "Grapes\nand more"}], f"fields: {found['fields']}")
    visitor.says("Up to 14 days after the show starts: 12.5% fee")
    # Back to what the law says.
    press(visitor, "Edit")
    choose(visitor, "dialog [name=refunds]", "standard")
    save(visitor)
    visitor.says("On the day of the show, before it starts: 90% fee")
    expect(concert(house)["refundRules"] == [], "no rules of its own any more")


def choose(visitor, selector, value):
    visitor.do(f"const one = document.querySelector({json.dumps(selector)}); one.focus(); "
               f"one.value = {json.dumps(value)}; "
               "for (const name of ['input', 'change']) one.dispatchEvent(new Event(name, {bubbles: true}))")


def codes(visitor, house):
    press(visitor, "Create a code")
    visitor.fill("dialog [name=code]", "half")
    visitor.fill("dialog [name=percent]", "12.5")
    visitor.fill("dialog [name=amountMax]", "5000")
    press(visitor, "Create a code", "dialog")
    visitor.says("at most ₩5,000")
    press(visitor, "Edit", "section[aria-labelledby=codes]")
    visitor.fill("dialog [name=usesMax]", "7")
    save(visitor)
    visitor.says("0 / 7")
    found = house.api.get(f"/api/v1/concert/{house.concert}/promotion", house.seller).json["items"][0]
    expect((found["basisPoints"], found["amountMax"]["amount"], found["usesMax"]) == (1250, 5000, 7), f"code: {found}")


def performance(visitor, house):
    """One that goes on ends later, and its recording can be seen; its hall is told when changes do not show."""
    before = concert(house)["schedules"][0]
    press(visitor, "Edit", ".times")
    visitor.until("document.querySelector('dialog [name=endsAt]')", "its times are asked for")
    value = visitor.value("document.querySelector('dialog [name=endsAt]').value")
    visitor.fill("dialog [name=endsAt]", value[:-5] + "23:59" if value[-5:] < "23:00" else value)
    visitor.fill("dialog [name=replayHours]", "48")
    visitor.fill("dialog [name=doorsOpenMinutesBefore]", "45")
    save(visitor)
    visitor.says("Replay until")
    after = concert(house)["schedules"][0]
    expect(after["startsAt"] == before["startsAt"] and after["endsAt"] >= before["endsAt"], f"its times: {after}")
    expect(after["replayUntil"] and after["doorsOpenAt"] < before["doorsOpenAt"], f"doors and replay: {after}")
    away = "document.querySelector('section[aria-labelledby=hall] .note')?.hidden"
    visitor.browser.call("Network.enable")
    visitor.browser.call("Network.setBlockedURLs", urls=["*/seat/events*"])
    visitor.go("/favicon.svg")
    show(visitor, house)
    visitor.until(f"{away} === false", "it is told that changes do not show", 30)
    visitor.browser.call("Network.setBlockedURLs", urls=[])
    visitor.until(f"{away} === true", "and it is asked again by itself", 60)
    visitor.browser.call("Network.disable")
    fan = house.account("fan")
    house.buy(fan, house.seats[0])
    visitor.until("document.querySelector('canvas').getAttribute('aria-label').includes('1 of 24')", "a seat is taken")
    visitor.go("/studio/money/")
    visitor.until("document.querySelector('td a')?.textContent === 'One name'", "what was sold has its show's name")
