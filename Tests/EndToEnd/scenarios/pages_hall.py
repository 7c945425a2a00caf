"""Seats that an organizer keeps out of the sale: chosen by the keyboard, by the row and on the map, they are gone for
fans at once, without a word of why, and back at once; what somebody has stays his, and it is said which seat that is. A
hall is laid out in sections, sold by them, and seen apart with their names; its aisles are changed while it is sold."""

import json
import os
import time

from scenarios.pages_staff import TEXT, choose, press
from support import tools
from support.browser import Chromium
from support.house import PASSWORD, SIMULATED, House, answered
from support.scenario import expect, expect_alive
from support.servers import ROOT, Podo
from support.visitor import Visitor

SEATS = "[...document.querySelectorAll('.row-seats button')]"
LABEL = "document.querySelector('canvas')?.getAttribute('aria-label')"
# At the place of a seat on the map, as a mouse does: the whole hall is shown, two columns and three rows larger.
PICK = """((row, col, rows, cols, shiftKey) => {
  const hall = document.querySelector('canvas'), box = hall.getBoundingClientRect();
  hall.setPointerCapture = () => {};
  const size = Math.min(box.width / (cols + 2), box.height / (rows + 3));
  const at = { pointerId: 1, shiftKey, clientX: box.left + (box.width - size * (cols + 2)) / 2 + (col + 0.5) * size,
    clientY: box.top + (box.height - size * (rows + 3)) / 2 + (row + 1.5) * size };
  for (const type of ['pointerdown', 'pointerup']) hall.dispatchEvent(new PointerEvent(type, at));
})"""


def run(site):
    tools.require(["chromium"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_WEB_DIR": os.path.join(ROOT, "Web"), "PODO_LOOPS": "2"}).start()
    house = House(podo, rows=4, cols=6, small_rows=1)
    fan_token = house.account("fan")
    base = f"http://127.0.0.1:{podo.http_port}"
    seller, fan = Visitor(Chromium(site, name="seller"), base), Visitor(Chromium(site, name="fan"), base)
    for visitor, name, width in ((seller, "seller", 390), (fan, "fan", 1280)):
        visitor.width(width)
        visitor.sign_in(f"{name}@example.com", PASSWORD)
    fan.go(f"/seats/{house.schedule}")
    fan.do("document.querySelector('details.list').open = true")
    out(seller, fan, house)
    by_another(seller, house)
    back(seller, fan, house, fan_token)
    in_the_way(seller, house, fan_token)
    seller.browser.call("Network.setBlockedURLs", urls=[])
    schedule = lay_out(seller, house)
    see_sections(fan, house, schedule)
    change_aisles(seller, fan, house, schedule)
    as_it_is(seller, house)
    for visitor in (seller, fan):
        visitor.browser.stop()
    expect_alive(podo)
    return ("seats are kept out of the sale and given back, fans see it at once, and what is somebody's stays his; a "
            "hall of sections is made, sold and seen")


def choose_row(visitor, row):
    """Of a hall without sections."""
    choose(visitor, "#row", str(row - 1))


def choose_seat(visitor, row, col):
    choose_row(visitor, row)
    found = f"{SEATS}[{col - 1}]"
    visitor.do(f"{found}.focus(); {found}.click()")


def free_of(visitor, row):
    choose_row(visitor, row)
    return visitor.value(f"{SEATS}.filter((one) => !one.disabled).map((one) => Number(one.textContent))")


def remaining(house):
    found = answered("concert", house.api.get(f"/api/v1/concert/{house.concert}"), 200)["schedules"][0]["grades"]
    return {grade["name"]: grade["remaining"] for grade in found}


def out(seller, fan, house):
    """Two seats of the first row by the list, all of the last row at once: that grade is sold out for fans."""
    seller.go(f"/studio/concert/{house.concert}")
    seller.until(f"({LABEL} ?? '').includes('0 of 24')", "its hall")
    seller.do("document.querySelector('details.list').open = true")
    for col in (1, 2):
        choose_seat(seller, 1, col)
        expect(seller.value(f"document.activeElement === {SEATS}[{col - 1}]"), "the focus stays at the seat")
    seller.says("2 seats selected.")
    choose_row(seller, 4)
    press(seller, "The whole row")
    seller.expect_well("seats that are chosen")
    press(seller, "Hold back 8 seats")
    seller.says("8 seats are held back.")
    seller.until(f"{LABEL} === '0 of 24 seats are taken, 8 held back'", "they are counted")
    legend = seller.value("[...document.querySelectorAll('.legend li')].map((one) => one.textContent)")
    expect(legend[:2] == ["R · 2 held back", "S · 6 held back"], f"by grade: {legend}")
    fan.until(f"{SEATS}.slice(0, 2).every((one) => one.disabled)", "the fan's row hears of it")
    words = fan.value(f"{SEATS}[0].getAttribute('aria-label')")
    expect(words == "R, row 1, seat 1, ₩99,000, taken", f"and not why: {words}")
    fan.until("document.querySelector('#best-grade').options[1].disabled", "nothing is left of S")
    expect(free_of(fan, 4) == [], "of the last row nothing can be taken")
    fan.expect_well("a hall with blocked seats")
    held = house.api.post("/api/v1/reservation", {"scheduleId": house.schedule, "seatIds": house.seats[:1]},
                          house.account("hopeful"))
    expect((held.status, held.code) == (409, "seat-taken"), f"a blocked seat: {held.status} {held.body!r}")
    expect(remaining(house) == {"R": 16, "S": 0}, f"what is left: {remaining(house)}")


def by_another(seller, house):
    """What an ADMIN of the team takes out is seen as that, not as sold."""
    helper = house.account("helper")
    answered("team", house.api.post(
        "/api/v1/member/me/team", {"email": "helper@example.com", "role": "ADMIN"}, house.seller), 204)
    path = f"/api/v1/schedule/{house.schedule}/seat/block"
    answered("block", house.api.post(path, {"seatIds": [house.seats[5]]}, helper), 200)
    seller.until(f"{LABEL} === '0 of 24 seats are taken, 9 held back'", "the other's seat is kept out too")


def back(seller, fan, house, fan_token):
    """On the map: one seat and, with Shift, all up to another."""
    for col, shift in ((1, "false"), (6, "true")):
        seller.do(f"{PICK}(4, {col}, 4, 6, {shift})")
    seller.says("6 seats selected.")
    press(seller, "Release 6 seats")
    seller.says("6 seats are on sale again.")
    fan.until("!document.querySelector('#best-grade').options[1].disabled", "S can be bought again")
    fan.until(f"{SEATS}.length && {SEATS}.every((one) => !one.disabled)", "all of the row")
    house.buy(fan_token, house.seats[18])
    seller.until(f"{LABEL} === '1 of 24 seats are taken, 3 held back'", "it is bought")


def in_the_way(seller, house, fan_token):
    """Held while nothing is heard of it: nothing is taken out, the seat is named, and the rest stays chosen."""
    seller.browser.call("Network.enable")
    seller.browser.call("Network.setBlockedURLs", urls=["*/seat/events*"])
    seller.go(f"/studio/concert/{house.concert}")
    seller.until(f"({LABEL} ?? '').includes('1 of 24')", "its hall")
    seller.do("document.querySelector('details.list').open = true")
    for col in (3, 4):
        choose_seat(seller, 2, col)
    answered("hold", house.api.post(
        "/api/v1/reservation", {"scheduleId": house.schedule, "seatIds": [house.seats[8]]}, fan_token), 201)
    press(seller, "Hold back 2 seats")
    wrong = TEXT.format("p.wrong[role=alert]")
    seller.until(f"{wrong}.includes('R, row 2, seat 3.')", "whose seat it is not")
    seller.expect_well("a seat in the way")
    press(seller, "Hold back 1 seat")
    seller.says("1 seat is held back.")
    blocked = answered("blocked", house.api.get(f"/api/v1/schedule/{house.schedule}/seat/blocked", house.seller), 200)
    wanted = [(house.seats[0], 2), (house.seats[5], 1), (house.seats[9], 1)]
    expect([(run["seatId"], run["count"]) for run in blocked["items"]] == wanted, f"blocked: {json.dumps(blocked)}")


def lay_out(seller, house):
    """Three sections in front and one across behind them, of two grades: by the form alone. Returns the performance."""
    seller.go("/studio/new/")
    seller.fill("#name", "In sections")
    press(seller, "Next")
    choose(seller, "#stageId", "new")
    seller.fill("#stageName", "The great hall")
    seller.fill("#location", "Seoul")
    choose(seller, "[name=hallKind]", "sections")
    press(seller, "Add a section")
    for part, value in (("name", "A"), ("tier", "1"), ("rows", "2"), ("cols", "30")):
        seller.fill(f".hall-editor .row:nth-child(4) [data-part={part}]", value)
    # Another is called so, and stands there: told before the next question, and by the server.
    choose(seller, ".hall-editor .row:nth-child(4) [data-part=side]", "middle")
    press(seller, "Next")
    seller.until(TEXT.format(".hall-editor .row:nth-child(4) .field:nth-child(3) .wrong") + ".includes('is there')",
                 "two sections in one place")
    seller.fill(".hall-editor .row:nth-child(4) [data-part=name]", "Balcony")
    seller.fill(".hall-editor .row:nth-child(4) [data-part=tier]", "2")
    choose(seller, ".hall-editor .row:nth-child(4) [data-part=side]", "whole")
    seller.until("document.querySelector('.hall-editor canvas')", "how it will look")
    seller.says("420 seats")
    while_typing(seller)
    seller.expect_well("a hall that is laid out")
    seller.expect_fits("a hall that is laid out")
    press(seller, "Next")
    by_their_names(seller)
    # Beside the balcony there is nothing: of rows there would be seats that do not exist.
    expect(seller.value("document.querySelector('[name=paintBy]').closest('.field').hidden"), "grades are of sections")
    choose(seller, "[name=paintBy]", "rows")
    counts = "[...document.querySelectorAll('.paint-end .count')].map((node) => node.textContent).join()"
    seller.until(f"{counts} === '200 seats,220 seats'", "seats by grade")
    seller.expect_well("sections that are painted")
    for _ in range(3):
        press(seller, "Next")
    press(seller, "Create and publish")
    seller.until("location.pathname.startsWith('/studio/concert/')", "the show is made")
    seller.until(f"({LABEL} ?? '').includes('0 of 420')", "its hall")
    found = house.api.get("/api/v1/concert/" + seller.value("location.pathname").split("/")[3]).json
    grades = [(grade["name"], grade["section"], grade["sections"], grade["remaining"]) for grade in found["grades"]]
    expect(grades == [("R", "B", [], 200), ("S", None, ["C", "Balcony", "A"], 220)], f"grades: {grades}")
    return found["schedules"][0]["scheduleId"]


def while_typing(seller):
    """A hall that is none yet harms nothing, one that is too large is told of, and what is beside it draws nothing."""
    rows, tier = (f".hall-editor .row:nth-child(4) [data-part={part}]" for part in ("rows", "tier"))
    for text, count in (("", 390), ("1.5", 390), ("999", 0)):
        seller.fill(rows, text)
        seller.says(f"\n{count} seats")
    press(seller, "Next")
    seller.until("document.activeElement.name === 'hallKind'", "the hall has too many rows")
    seller.says("within 1,000 rows")
    seller.fill(rows, "2")
    # As many tiers as can be read again out of a hall.
    seller.fill(tier, "6")
    press(seller, "Next")
    seller.says("Enter a number from 1 to 5.")
    seller.fill(tier, "2")
    seller.says("420 seats")
    seller.do("window.drawn = document.querySelector('.hall-editor canvas')")
    seller.fill("#stageName", "The greatest hall")
    time.sleep(0.5)
    expect(seller.value("window.drawn.isConnected"), "the hall is drawn once")


PAINTED = "[...document.querySelectorAll('.paint-row')].map((one) => one.getAttribute('aria-label').slice(8))"


def by_their_names(seller):
    """Sections keep the grades that they were given: of the four, the wings and the balcony are of the second grade."""
    press_section(seller, 1, 0)
    expect(seller.value(PAINTED) == ["A: S", "B: R", "C: S", "Balcony: S"], f"painted: {seller.value(PAINTED)}")
    # Once more, and it is not sold; a press is one, by keys and by a mouse.
    for shown, wanted in (("Balcony · not sold", "Balcony: not sold"), ("Balcony", "Balcony: S")):
        press_section(seller, 1, 3)
        seller.until(f"{PAINTED}[3] === '{wanted}'", wanted)
        expect(seller.value("document.querySelectorAll('.paint-row')[3].textContent") == shown, f"it says {shown}")
    seller.do("document.querySelectorAll('.paint-grade .mark')[0].click(); "
              "document.querySelector('.paint-row').scrollIntoView({block: 'center'})")
    box = "document.querySelector('.paint-row').getBoundingClientRect()"
    for wanted in ("A: R", "A: not sold", "A: R"):
        seller.press_at(*seller.value(f"[{box}.x + 20, {box}.y + 10]"))
        seller.until(f"{PAINTED}[0] === '{wanted}'", wanted)
    press_section(seller, 1, 0)
    press(seller, "Back")
    seller.do("document.querySelector('.hall-editor .row:nth-child(1) > button').click()")
    seller.fill(".hall-editor .row:nth-child(1) [data-part=name]", "Floor")
    expect(seller.value(PAINTED) == ["Floor: R", "C: S", "Balcony: S"], f"without A: {seller.value(PAINTED)}")
    seller.fill(".hall-editor .row:nth-child(1) [data-part=name]", "B")
    press(seller, "Add a section")
    for part, value in (("name", "A"), ("rows", "10"), ("cols", "8")):
        seller.fill(f".hall-editor .row:nth-child(4) [data-part={part}]", value)
    press(seller, "Next")
    expect(seller.value(PAINTED) == ["B: R", "C: S", "Balcony: S", "A: S"], f"with another A: {seller.value(PAINTED)}")


def press_section(seller, grade, section):
    for what, index in ((".paint-grade .mark", grade), (".paint-row", section)):
        seller.do(f"document.querySelectorAll('{what}')[{index}].click()")


# How often something is drawn at places of the map: below a name's line, between sections, and where seats are.
DRAWN = """((...places) => {
  const hall = document.querySelector('canvas'), pen = hall.getContext('2d');
  const { layout } = HALL;
  const size = Math.min(hall.width / layout.width, hall.height / layout.height);
  const [left, top] = [(hall.width - size * layout.width) / 2, (hall.height - size * layout.height) / 2];
  return places.map(([x, y]) => pen.getImageData(left + (x + 0.5) * size, top + (y + 0.5) * size, 1, 1).data[3] > 0);
})"""


def see_sections(fan, house, schedule):
    fan.go(f"/seats/{schedule}")
    fan.do("document.querySelector('details.list').open = true")
    rows = "[...document.querySelectorAll('#row option')].map((one) => one.textContent)"
    fan.until(f"{rows}.length", "rows in the list")
    wanted = [f"{name} · Row {row}" for name in "ABC" for row in range(1, 11)]
    wanted += ["Balcony · Row 11", "Balcony · Row 12"]
    expect(fan.value(rows) == wanted, f"rows by section: {fan.value(rows)}")
    choose(fan, "#row", fan.value("document.querySelectorAll('#row option')[30].value"))
    fan.do(f"{SEATS}[0].click()")
    cart = TEXT.format(".chosen li span")
    fan.until(f"{cart} === 'Balcony · S, row 11, seat 4'", "whose section is said")
    expect_apart(fan, "laid out", [(1, 8), (1, 9), (11, 4)], [(1, 8, 1, 0)])
    fan.expect_well("a hall of sections")
    goes_on(fan)


# Two wings, one behind them, and a floor beside both.
BESIDE = {"rows": 10, "cols": 20, "sections": [
    {"name": "La", "rows": [1, 5], "cols": [1, 4]}, {"name": "Lb", "rows": [1, 5], "cols": [5, 8]},
    {"name": "X", "rows": [6, 10], "cols": [1, 8]}, {"name": "M", "rows": [1, 10], "cols": [9, 20]}]}


def goes_on(fan):
    """A section is neither cut nor moved aside where another begins beside it, but where an aisle is."""
    for aisles, gap in (([], 1), ([5], 2)):
        found = json.loads(fan.browser.evaluate(
            "import('/js/hall-layout.js').then(({ HallLayout }) => { const hall = new HallLayout("
            + json.dumps(BESIDE | {"rowAisles": aisles})
            + "); return JSON.stringify([hall.y(6) - hall.y(5), hall.x(5, 10), hall.x(6, 10), hall.width]); })"))
        expect(found == [gap, 12, 12, 24], f"a floor that goes on, with aisles {aisles}: {found}")


def expect_apart(fan, what, seats, gaps):
    """Something is drawn where these seats are, and nothing beside them; `gaps` are seats, and how far from them."""
    place = """((row, col, dx, dy) => import('/js/hall-layout.js').then(({ HallLayout }) => fetch(`/api/v1${
      location.pathname.replace('/seats/', '/schedule/')}/seat`).then((answer) => answer.json()).then((map) => {
        window.HALL = { layout: new HallLayout(map) };
        return [HALL.layout.x(row, col) + dx, HALL.layout.y(row) + dy]; })))"""
    for wanted, places in ((True, [(row, col, 0, 0) for row, col in seats]), (False, gaps)):
        cells = [fan.browser.evaluate(f"{place}({', '.join(map(str, one))})") for one in places]
        found = fan.value(f"{DRAWN}({', '.join(map(json.dumps, cells))})")
        expect(found == [wanted] * len(places), f"{what}: {places} are drawn: {found}")


def change_aisles(seller, fan, house, schedule):
    """Of a stage that is sold: its sections stay, and who loads the hall again sees the aisle."""
    seller.go("/studio/venues/")
    press(seller, "Edit")
    seller.until("document.querySelector('dialog .hall-editor canvas')", "the hall as it is")
    seller.says("420 seats: B · C · Balcony · A")
    seller.says("its size and sections can't be changed")
    fields = "[...document.querySelectorAll('dialog .hall-editor :is(input, select)')]"
    shown = seller.value(f"{fields}.filter((one) => one.checkVisibility()).map((one) => one.name)")
    expect(shown == ["aisles", "rowAisles"], f"what can be written: {shown}")
    seller.fill("dialog [name=rowAisles]", "5")
    seller.expect_well("the stage's layout")
    press(seller, "Save", "dialog")
    seller.says("Done.")
    path = f"/api/v1/schedule/{schedule}/seat"
    deadline = time.monotonic() + 10
    while house.api.get(path).json["rowAisles"] != [5]:
        expect(time.monotonic() < deadline, "the map has no aisle")
        time.sleep(0.1)
    fan.go(f"/seats/{schedule}")
    fan.until("performance.getEntriesByName('hall-drawn').length", "the hall")
    expect_apart(fan, "with an aisle", [(5, 1), (6, 1)], [(5, 1, 0, 1)])


def as_it_is(seller, house):
    """Sections that the form would not lay out so stay as they are, and so do aisles that nobody has touched."""
    sections = [{"name": "Left", "rows": [1, 2], "cols": [1, 3]}, {"name": "Right", "rows": [2, 4], "cols": [5, 6]}]
    stage = answered("stage", house.api.post("/api/v1/stage", {
        "name": "Crooked", "location": "Seoul", "rows": 4, "cols": 6, "sections": sections, "aisles": [5, 3]},
        house.seller), 201)["stageId"]
    seller.go("/studio/venues/")
    change = f"document.querySelector('[data-way=change-{stage}]')"
    seller.do(f"{change}.click()")
    seller.until("document.querySelector('dialog [name=hallKind]')?.value === 'fixed'", "none that can be written")
    seller.fill("dialog [name=name]", "Straight")
    seller.says("12 seats")
    press(seller, "Save", "dialog")
    seller.until(f"{change}?.closest('tr').textContent.includes('Straight')", "its name is another")
    found = answered("stage", house.api.get(f"/api/v1/stage/{stage}", house.seller), 200)
    expect((found["aisles"], found["sections"]) == ([5, 3], sections), f"the hall is as it was: {found}")
    seller.do(f"{change}.click()")
    seller.fill("dialog [name=rowAisles]", "2")
    press(seller, "Save", "dialog")
    seller.until("!document.querySelector('dialog')", "it is saved")
    found = answered("stage", house.api.get(f"/api/v1/stage/{stage}", house.seller), 200)
    expect((found["rowAisles"], found["sections"]) == ([2], sections), f"its sections are as they were: {found}")
