"""A purchase by the real program, over the routes without a prefix that other systems know: sign up, sign in, list,
search, detail, queue, status, seat, reserve, pay without success and with; then tickets, a refund, and the ledger's
sums in the database."""

import time

from support.api import Api
from support.database import query
from support.scenario import expect
from support.servers import Podo

PASSWORD = "a quiet purple grape on the vine"
DAY = 86_400
ROWS, COLUMNS = 4, 5
PRICE = 99_000


def run(site):
    podo = Podo(site).start()
    api = Api(podo.http_port)
    seller = account(api, "seller", "ROLE_SELLER")
    fan = account(api, "fan", "ROLE_USER")
    concert = make_concert(api, seller)
    find(api, concert)
    queue_pass = wait_in_line(api, fan, concert)
    seats = free_seats(api, concert)
    declined(api, fan, concert, seats[1], queue_pass)
    # Who has bought gives his turn to the next.
    paid, tickets = pay(api, fan, concert, seats[0], queue_pass, True)
    taken(api, account(api, "other", "ROLE_USER"), concert, seats[0])
    refund(api, fan, concert, paid, tickets, seats[0])
    books_agree(podo)
    return f"{ROWS * COLUMNS} seats, one bought and given back, one declined"


def account(api, name, role):
    email = f"{name}@example.com"
    answer = api.post("/member", {"name": name, "email": email, "password": PASSWORD, "roleType": role})
    expect(answer.status == 201, f"sign-up of {name}: {answer.status} {answer.body!r}")
    answer = api.post("/auth/signin", {"email": email, "password": PASSWORD})
    expect(answer.status == 200, f"sign-in of {name}: {answer.status} {answer.body!r}")
    return answer.json["accessToken"]


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def make_concert(api, seller):
    stage = api.post("/api/v1/stage", {"name": "대극장", "location": "서울", "rows": ROWS, "cols": COLUMNS}, seller)
    expect(stage.status == 201, f"stage: {stage.status} {stage.body!r}")
    body = {
        "name": "볼빨간사춘기 콘서트", "description": "가을 공연", "stageId": stage.json["stageId"], "runtimeMinutes": 120,
        "category": "CONCERT", "saleOpensAt": moment(-60), "saleClosesAt": moment(20 * DAY),
        "grades": [{"name": "R", "price": PRICE, "rows": [1, 2]}, {"name": "S", "price": 66_000, "rows": [3, ROWS]}],
        "schedules": [{"startsAt": moment(30 * DAY)}],
        "queue": {"enabled": True, "admitPerSecond": 100, "maxActive": 100},
    }
    answer = api.post("/api/v1/concert", body, seller)
    expect(answer.status == 201, f"concert: {answer.status} {answer.body!r}")
    return answer.json


def find(api, concert):
    """By two syllables from the middle of a word."""
    found = api.get("/concert?keyword=%EC%B6%98%EA%B8%B0")
    expect(found.status == 200, f"search: {found.status} {found.body!r}")
    ids = [item["concertId"] for item in found.json["items"]]
    expect(ids == [concert["concertId"]], f"search found {ids}")
    expect(api.get("/concert?keyword=%EC%97%86%EC%9D%8C").json["items"] == [], "something is found by any word")
    detail = api.get(f"/concert/{concert['concertId']}")
    expect(detail.status == 200, f"detail: {detail.status} {detail.body!r}")
    expect(len(detail.json["schedules"]) == 1 and len(detail.json["grades"]) == 2, f"detail: {detail.body!r}")


def wait_in_line(api, fan, concert, seconds=15):
    path = f"/concert/{concert['concertId']}/queue"
    expect(api.post(path, {}).status == 401, "nobody stands in a queue without an account")
    joined = api.post(path, {}, fan)
    expect(joined.status in (200, 201), f"queue: {joined.status} {joined.body!r}")
    ticket = joined.json["queueTicket"]
    again = api.post(path, {}, fan)
    expect(again.json["queueTicket"] == ticket, "one member has two places")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status = api.get(path + "/status", fan, fields={"Queue-Ticket": ticket})
        expect(status.status == 200, f"status: {status.status} {status.body!r}")
        if status.json["status"] == "ADMITTED":
            return status.json["queuePass"]
        time.sleep(status.json["pollAfterMs"] / 1000)
    return expect(False, f"not admitted in {seconds} s: {status.body!r}")


def free_seats(api, concert):
    schedule = concert["schedules"][0]["scheduleId"]
    seats = api.get(f"/api/v1/schedule/{schedule}/seat")
    expect(seats.status == 200, f"seats: {seats.status} {seats.body!r}")
    free = [seat["seatId"] for seat in seats.json["seats"] if seat["status"] == "AVAILABLE"]
    expect(len(free) == ROWS * COLUMNS, f"{len(free)} seats are free")
    seat = api.get(f"/seat/{free[0]}")
    expect(seat.status == 200 and seat.json["status"] == "AVAILABLE", f"seat: {seat.status} {seat.body!r}")
    return free


def reserve(api, fan, concert, seat, queue_pass):
    body = {"concertId": concert["concertId"], "seatId": seat}
    expect(api.post("/reservation", body, fan).code == "queue-pass-required", "a pass is not asked for")
    answer = api.post("/reservation", body, fan, fields={"Queue-Pass": queue_pass})
    expect(answer.status == 201, f"reservation: {answer.status} {answer.body!r}")
    expect(answer.json["status"] == "PENDING" and answer.json["seatIds"] == [seat], f"reservation: {answer.body!r}")
    return answer.json


def pay(api, fan, concert, seat, queue_pass, is_success):
    reservation = reserve(api, fan, concert, seat, queue_pass)
    body = {"reservationId": reservation["reservationId"], "isSuccess": is_success}
    fields = {"Idempotency-Key": f"pay-{reservation['reservationId']}"}
    first = api.post("/payment", body, fan, fields=fields)
    expect(first.status == 201, f"payment: {first.status} {first.body!r}")
    expect(first.json["status"] == "COMPLETED", f"payment: {first.body!r}")
    expect(first.json["amount"] == {"amount": PRICE, "currency": "KRW"}, f"payment: {first.body!r}")
    again = api.post("/payment", body, fan, fields=fields)
    expect(again.json == first.json and again.fields.get("idempotent-replayed") == "true", f"again: {again.body!r}")
    tickets = first.json["ticketIds"]
    mine = api.get("/api/v1/ticket", fan).json["items"]
    expect([ticket["ticketId"] for ticket in mine] == tickets, f"tickets: {mine}")
    shows(api, seat, "SOLD")
    return first.json["paymentId"], tickets


def shows(api, seat, status, seconds=1):
    """Maps are in memory, and brought up to date some ten times a second."""
    deadline = time.monotonic() + seconds
    while api.get(f"/seat/{seat}").json["status"] != status:
        expect(time.monotonic() < deadline, f"after {seconds} s a seat is not {status}")
        time.sleep(0.02)


def declined(api, fan, concert, seat, queue_pass):
    reservation = reserve(api, fan, concert, seat, queue_pass)
    answer = api.post("/payment", {"reservationId": reservation["reservationId"], "isSuccess": False}, fan)
    expect(answer.status in (201, 402), f"payment: {answer.status} {answer.body!r}")
    expect(answer.status == 402 or answer.json["status"] == "FAILED", f"payment: {answer.body!r}")
    freed = api.delete(f"/api/v1/reservation/{reservation['reservationId']}", fan)
    expect(freed.status == 204, f"release: {freed.status} {freed.body!r}")


def taken(api, other, concert, seat):
    queue_pass = wait_in_line(api, other, concert)
    body = {"concertId": concert["concertId"], "seatId": seat}
    answer = api.post("/reservation", body, other, fields={"Queue-Pass": queue_pass})
    expect(answer.status == 409 and answer.code == "seat-taken", f"a sold seat: {answer.status} {answer.body!r}")


def refund(api, fan, concert, payment, tickets, seat, seconds=15):
    answer = api.post(f"/api/v1/payment/{payment}/refund", {"reason": "마음이 바뀜"}, fan)
    expect(answer.status in (200, 202), f"refund: {answer.status} {answer.body!r}")
    ticket = api.get(f"/api/v1/ticket/{tickets[0]}", fan)
    expect(ticket.json["status"] == "REVOKED", f"ticket: {ticket.body!r}")
    deadline = time.monotonic() + seconds
    while api.get(f"/api/v1/payment/{payment}", fan).json["status"] != "CANCELED":
        expect(time.monotonic() < deadline, "the money did not come back")
        time.sleep(0.1)
    shows(api, seat, "AVAILABLE")


def books_agree(podo):
    debit, credit = query(podo, "SELECT coalesce(sum(amount) FILTER (WHERE amount > 0), 0), "
                                "coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) FROM ledger_entry").split("|")
    expect(debit == credit and int(debit) > 0, f"the ledger: {debit} and {credit}")
