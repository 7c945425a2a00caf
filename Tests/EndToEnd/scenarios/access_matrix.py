"""Who may do what, of every route of the API, made from the description of the running program: nobody is asked to sign
in, a role that does not suffice is refused, and what is somebody else's is to strangers as what is not there. A route
with an object that this does not know fails: whoever adds one says here whose it is."""

from scenarios.purchase import DAY, PASSWORD, moment
from support.api import Api
from support.scenario import expect, expect_alive
from support.servers import Podo

RANKS = {"anyone": 0, "member": 1, "seller": 2, "manager": 3}
NOWHERE = 9_007_199_254_740_991
NO_NUMBERS = ["0", "-1", "x", "1e3", "9223372036854775808"]
# What {id} is, by the beginning of a path; the longest that fits.
OBJECTS = {
    "/concert/": "concert", "/schedule/": "schedule", "/stage/": "stage", "/reservation/": "reservation",
    "/payment/": "payment", "/ticket/": "ticket", "/promotion/": "promotion",
    "/admin/members/": "member", "/seat/": "seat", "/member/": "member", "/member/me/team/": "member", "/organizer/": "member",
    "/admin/payments/": "payment", "/admin/refunds/": "refund", "/admin/settlements/": "settlement",
}
# That these are there is no secret.
PUBLIC = {"concert", "schedule", "stage", "seat"}
# Routes with a number that are for every member, and why.
FOR_ALL = {
    "POST /concert/{id}/queue": "anybody may join", "DELETE /concert/{id}/queue": "and leave his own place",
    "GET /concert/{id}/queue/status": "a place is shown by its ticket",
    "POST /member/{id}/follow": "anybody may follow", "DELETE /member/{id}/follow": "and stop",
    "DELETE /member/me/team/{id}": "it is his own team that is without them",
}
# Where the example of the description is no request that goes beyond its own checks.
CODE = {"code": "MINE-NOW", "kind": "PERCENT", "basisPoints": 500, "endsAt": moment(20 * DAY), "usesMax": 5}
BODIES = {
    "POST /concert/{id}/promotion": CODE, "PATCH /promotion/{id}": {"usesMax": 9},
    "PATCH /concert/{id}": {"name": "mine now"}, "POST /concert/{id}/schedule": {"startsAt": moment(40 * DAY)},
    "PATCH /stage/{id}": {"name": "mine now"}, "PATCH /concert/{id}/queue": {"enabled": False},
    "POST /schedule/{id}/seat/block": {"seatIds": [1 << 20]},
    "POST /schedule/{id}/seat/release": {"seatIds": [1 << 20]},
    "POST /payment/{id}/refund/account": {"bankCode": "088", "accountNumber": "110123456789", "holderName": "Kim"},
    "POST /admin/payments/{id}/refund/account": {
        "bankCode": "088", "accountNumber": "110123456789", "holderName": "Kim"},
    "POST /admin/refunds/{id}/seats": {"seatIds": [1]},
    "POST /payment/{id}/refund": {"reason": "mine now"}, "POST /admin/payments/{id}/refund": {"reason": "asked for"},
}


def run(site):
    podo = Podo(site).start()
    people = People(podo)
    world = make_world(people)
    document = Api(podo.http_port).get("/openapi.json").json
    counts = {"routes": 0, "requests": 0}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "x-authz" not in operation:
                continue
            for spelling in [path, *operation.get("x-aliases", [])]:
                counts["routes"] += 1
                check(people, world, method.upper(), spelling, path, operation, counts)
    expect_untouched(people, world)
    expect_alive(podo)
    return f"{counts['routes']} routes, {counts['requests']} requests, nobody got more than is his"


class People:
    """Accounts by what they are. One who has asked too often is followed by another."""

    def __init__(self, podo):
        self.podo, self.count, self.tokens = podo, 0, {}

    def api(self):
        return Api(self.podo.http_port, source=f"127.0.{self.count // 20}.2")

    def token(self, name):
        if name not in self.tokens:
            self.tokens[name] = self.sign_up(name)
        return self.tokens[name]

    def sign_up(self, name):
        self.count += 1
        email = f"{name}-{self.count}@example.com"
        role = "ROLE_SELLER" if name in ("owner", "seller") else "ROLE_USER"
        body = {"name": name, "email": email, "password": PASSWORD, "roleType": role}
        answer = self.api().post("/member", body)
        expect(answer.status == 201, f"sign-up of {name}: {answer.status} {answer.body!r}")
        if name == "manager":
            done = self.podo.run_command("member", "promote", email)
            expect(done.returncode == 0, f"promote: {done.stderr}")
        answer = self.api().post("/auth/signin", {"email": email, "password": PASSWORD})
        expect(answer.status == 200, f"sign-in of {name}: {answer.status} {answer.body!r}")
        return answer.json["accessToken"]

    def send(self, name, method, path, body=None, fields=None):
        """By nobody for None."""
        for _ in range(3):
            token = name and self.token(name)
            answer = self.api().send(method, path, token, body, fields=fields)
            if answer.status != 429 or name is None:
                return answer
            del self.tokens[name]
        return answer


def make_world(people):
    """What belongs to the seller `owner` and to the buyer `buyer`."""
    def make(name, path, body):
        answer = people.send(name, "POST", "/api/v1" + path, body)
        expect(answer.status == 201, f"{path}: {answer.status} {answer.body!r}")
        return answer.json
    stage = make("owner", "/stage", {"name": "대극장", "location": "서울", "rows": 4, "cols": 5})
    concert = make("owner", "/concert", {
        "name": "가을 공연", "description": "가을", "stageId": stage["stageId"], "runtimeMinutes": 120,
        "category": "CONCERT", "saleOpensAt": moment(-60), "saleClosesAt": moment(20 * DAY),
        "grades": [{"name": "R", "price": 9000, "rows": [1, 4]}], "schedules": [{"startsAt": moment(30 * DAY)}]})
    schedule = concert["schedules"][0]["scheduleId"]
    seats = people.send(None, "GET", f"/api/v1/schedule/{schedule}/seat").json["seats"]
    seat_ids = [seat["seatId"] for seat in seats]
    code = make("owner", f"/concert/{concert['concertId']}/promotion", {**CODE, "code": "OWN"})
    bought = make("buyer", "/reservation", {"scheduleId": schedule, "seatIds": seat_ids[:1]})
    payment = make("buyer", "/payment", {"reservationId": bought["reservationId"], "isSuccess": True})
    held = make("buyer", "/reservation", {"scheduleId": schedule, "seatIds": seat_ids[1:2]})
    return {
        "stage": stage["stageId"], "concert": concert["concertId"], "schedule": schedule, "seat": seat_ids[2],
        "promotion": code["promotionId"], "payment": payment["paymentId"], "ticket": payment["ticketIds"][0],
        "reservation": held["reservationId"],
        "member": people.send("buyer", "GET", "/api/v1/member/me").json["memberId"],
        # What nobody has made yet.
        "refund": NOWHERE, "settlement": NOWHERE,
    }


def check(people, world, method, spelling, path, operation, counts):
    access, name = operation["x-authz"], f"{method} {path.removeprefix('/api/v1')}"
    body = BODIES.get(name) or example(operation)

    def send(who, number):
        counts["requests"] += 1
        target = spelling.replace("{id}", str(number)).replace("{provider}", "corp").replace("{gateway}", "toss")
        return people.send(who, method, target, body)

    if access == "anyone":
        return
    known = what_is(path) if "{id}" in path else None
    number = world[known] if known else 0
    answer = send(None, number)
    expect(answer.status == 401, f"{method} {spelling} by nobody: {answer.status} {answer.body!r}")
    for who in ("user", "seller"):
        if RANKS[access] > RANKS["seller" if who == "seller" else "member"]:
            answer = send(who, number)
            expect(answer.status == 403, f"{method} {spelling} by a {who}: {answer.status} {answer.body!r}")
        elif known and name not in FOR_ALL:
            expect_stranger(name, who, send(who, number), send(who, NOWHERE), known in PUBLIC)
    if known:
        who = "manager" if access == "manager" else "seller"
        for text in NO_NUMBERS:
            answer = send(who, text)
            expect(answer.status == 404, f"{method} {spelling} of {text}: {answer.status} {answer.body!r}")


def expect_stranger(name, who, foreign, nothing, is_public):
    """Somebody else's is as what is not there; of what everybody sees it may be told that it is another's."""
    expect(foreign.status in (403, 404), f"{name} of another's, by a {who}: {foreign.status} {foreign.body!r}")
    told, same = (foreign.status, foreign.code), (nothing.status, nothing.code)
    expect(told == same or is_public and same == (404, "not-found"),
           f"{name} by a {who}: {told} of another's, {same} of nothing")


def what_is(path):
    fitting = [start for start in OBJECTS if path.removeprefix("/api/v1").startswith(start)]
    expect(fitting, f"whose is {{id}} of {path}? Say so in OBJECTS of access_matrix.py")
    return OBJECTS[max(fitting, key=len)]


def example(operation):
    content = operation.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("example")


def expect_untouched(people, world):
    def shows(who, path, field, value):
        answer = people.send(who, "GET", "/api/v1" + path)
        expect(answer.status == 200 and answer.json[field] == value, f"{path}: {answer.status} {answer.body!r}")
    shows("buyer", f"/reservation/{world['reservation']}", "status", "PENDING")
    shows("buyer", f"/payment/{world['payment']}", "status", "COMPLETED")
    shows("buyer", f"/ticket/{world['ticket']}", "status", "ISSUED")
    shows("owner", f"/concert/{world['concert']}", "name", "가을 공연")
    shows("owner", f"/stage/{world['stage']}", "name", "대극장")
