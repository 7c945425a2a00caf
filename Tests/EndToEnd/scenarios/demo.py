"""`podo serve --demo`, as root and as an ordinary user: made once, told of again, finished after kill -9 in the middle,
never beside other rows; its seats are sold and given back; its test picture comes by RTMP and ends with Podo, however
that ends; a performance that is over has a next one."""

import json
import os
import pwd
import signal
import shutil
import stat
import time

from support.api import Api
from support.private_database import PrivateDatabase
from support.process import children_of
from support.scenario import Failure, expect
from support.servers import PODO, Podo, free_port
from support.tools import require

FIELDS = {"baseUrl", "rtmpUrl", "streamKey", "concertId", "scheduleId", "seatIds", "admin", "seller", "fans"}
ORDINARY = "nobody"
DEMO, PICTURE = {"PODO_DEMO": "true"}, {"PODO_DEMO": "true", "PODO_TEST_PICTURE": "true"}
KILL_COUNT = int(os.environ.get("KILLS", "6"))


def run(site):
    require(["ffmpeg"])
    show = Demo(site, "demo")
    made = show.starts()
    show.changes_nothing(made)
    show.sells(made)
    picture = show.shows(made)
    show.goes_on(made)
    show.refuses_other_rows()
    killed = interrupted(site)
    ordinary = as_another(site)
    return f"{len(made['seatIds'])} seats, picture after {picture:.1f} s, {killed} kills while it was made{ordinary}"


class Demo:
    """A data directory with the Podos that are started on it, one after the other, always at the same addresses."""

    def __init__(self, site, name, user=None, binary=None):
        self.site, self.name, self.user, self.binary = site, name, user, binary
        self.ports = [free_port() for _ in range(4)]
        self.data = site.join(name + "-data")
        self.count = 0

    def podo(self, environment=None):
        self.count += 1
        return Podo(self.site, f"{self.name}-{self.count}", data_directory=self.data, ports=self.ports, user=self.user,
                    binary=self.binary, environment=DEMO if environment is None else environment)

    def document(self):
        path = self.data + "/demo.json"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        expect(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "others can read demo.json")
        return json.loads(text)

    def starts(self):
        podo = self.podo().start()
        made = self.document()
        expect(set(made) == FIELDS, f"demo.json has {sorted(made)}")
        expect(len(made["seatIds"]) >= 100 and len(made["fans"]) >= 5, "too few seats or fans")
        accounts = [made["admin"], made["seller"], *made["fans"]]
        expect(len({account["password"] for account in accounts}) == len(accounts), "two have one password")
        api = Api(podo.http_port)
        for account, role in zip(accounts, ["MANAGER", "SELLER"] + ["USER"] * len(made["fans"])):
            token = signed_in(api, account)
            me = api.get("/api/v1/member/me", token).json
            expect(me.get("role", me.get("roleType", "")).endswith(role), f"{account['email']} is {me}")
        for part in (made["baseUrl"], made["rtmpUrl"] + "/" + made["streamKey"], made["fans"][0]["password"]):
            says(podo, part)
        expect(podo.stop(seconds=40) == 0, "it did not end with 0")
        return made

    def changes_nothing(self, made):
        before = os.stat(self.data + "/demo.json").st_mtime_ns
        podo = self.podo().start()
        expect(self.document() == made, "a second start has changed demo.json")
        expect(os.stat(self.data + "/demo.json").st_mtime_ns == before, "a second start has written demo.json")
        says(podo, made["streamKey"])
        concerts = Api(podo.http_port).get("/api/v1/concert").json["items"]
        expect([concert["concertId"] for concert in concerts] == [made["concertId"]], f"concerts: {concerts}")
        expect(podo.stop(seconds=40) == 0, "it did not end with 0")

    def sells(self, made):
        podo = self.podo().start()
        api = Api(podo.http_port)
        token = signed_in(api, made["fans"][-1])
        held = api.post("/api/v1/reservation", {"scheduleId": made["scheduleId"], "seatIds": made["seatIds"][:2]}, token)
        expect(held.status == 201, f"reservation: {held.status} {held.body!r}")
        paid = api.post("/api/v1/payment", {"reservationId": held.json["reservationId"], "isSuccess": True}, token)
        expect(paid.json.get("status") == "COMPLETED", f"payment: {paid.status} {paid.body!r}")
        # The show has begun: its own rules give all of the price back, the standard's would give nothing.
        back = api.post(f"/api/v1/payment/{paid.json['paymentId']}/refund", {"reason": "demo"}, token)
        expect(back.status in (200, 202) and back.json["amount"] == paid.json["amount"], f"refund: {back.body!r}")
        expect(podo.stop(seconds=40) == 0, "it did not end with 0")

    def shows(self, made):
        """Seconds from the start of Podo until there was something to watch; then the program goes as Podo does."""
        begin = time.monotonic()
        podo = self.podo(PICTURE).start()
        stream = f"schedule-{made['scheduleId']}"
        podo.wait_until(lambda: packaged(podo, stream) >= 1, seconds=30)
        seconds = time.monotonic() - begin
        first = picture_of(podo)
        os.kill(first, signal.SIGKILL)
        podo.wait_until(lambda: picture_of(podo) not in (None, first), seconds=10)
        second = picture_of(podo)
        os.kill(podo.pid, signal.SIGKILL)
        podo.wait(10)
        gone(second)
        podo = self.podo(PICTURE).start()
        podo.wait_until(lambda: packaged(podo, stream) >= 1, seconds=30)
        third = picture_of(podo)
        expect(podo.stop(seconds=40) == 0, "it did not end with 0 while it published to itself")
        gone(third)
        return seconds

    def goes_on(self, made):
        """A performance that is over is followed by another show; who there is stays, and the old one is not sold."""
        podo = self.podo().start()
        PrivateDatabase(self.data).query(
            f"UPDATE schedule SET starts_at = starts_at - interval '20 days', ends_at = ends_at - interval '20 days' "
            f"WHERE id = {made['scheduleId']}")
        expect(podo.stop(seconds=40) == 0, "it did not end with 0")
        podo = self.podo().start()
        now = self.document()
        expect(now["scheduleId"] != made["scheduleId"] and now["streamKey"] != made["streamKey"], "no next performance")
        expect(all(now[who] == made[who] for who in ("admin", "seller", "fans")), "more has changed than that")
        concerts = Api(podo.http_port).get("/api/v1/concert").json["items"]
        selling = [concert["concertId"] for concert in concerts if concert["status"] == "PUBLISHED"]
        expect(selling == [now["concertId"]], f"on sale are {selling}, in demo.json is {now['concertId']}")
        seats = Api(podo.http_port).get(f"/api/v1/schedule/{now['scheduleId']}/seat").json["seats"]
        free = {seat["seatId"] for seat in seats if seat["status"] == "AVAILABLE"}
        expect(set(now["seatIds"]) == free and len(free) >= 100, "seats of demo.json are not those that are free")
        expect(podo.stop(seconds=40) == 0, "it did not end with 0")

    def refuses_other_rows(self):
        os.rename(self.data + "/demo.json", self.data + "/kept.json")
        podo = self.podo()
        expect(podo.wait(60) == 1, "a demo was made beside other rows")
        expect("the database is not empty" in podo.log_tail(), f"it did not say why: {podo.log_tail()}")
        expect(not os.path.exists(self.data + "/demo.json"), "there is a demo.json all the same")


def interrupted(site):
    """Kills it at other moments while it makes a demo, until one start has made it; nothing is there twice."""
    show = Demo(site, "interrupted")
    killed = 0
    for number in range(KILL_COUNT):
        podo = show.podo()
        podo.wait_until(lambda: any(os.path.exists(f"{show.data}/{name}") for name in ("demo.begun.json", "demo.json")),
                        seconds=60)
        time.sleep(number * 0.06)
        if not os.path.exists(show.data + "/demo.json"):
            killed += 1
        os.kill(podo.pid, signal.SIGKILL)
        podo.wait(10)
    podo = show.podo().start()
    made = show.document()
    expect(not os.path.exists(show.data + "/demo.begun.json"), "what was begun is still there")
    api = Api(podo.http_port)
    for account in [made["admin"], made["seller"], *made["fans"]]:
        signed_in(api, account)
    counts = PrivateDatabase(show.data).query(
        "SELECT (SELECT count(*) FROM member), (SELECT count(*) FROM stage), (SELECT count(*) FROM concert), "
        "(SELECT count(*) FROM schedule), (SELECT count(*) FROM seat)")
    expected = f"{2 + len(made['fans'])}|1|1|1|{len(made['seatIds'])}"
    expect(counts == expected, f"there are {counts}, not {expected}")
    expect(killed > 0, "no kill came while the demo was made")
    expect(podo.stop(seconds=40) == 0, "it did not end with 0")
    return killed


def as_another(site):
    """The same for an ordinary user, where this one is root."""
    if os.getuid() != 0:
        return ""
    os.chmod(site.path, 0o755)
    for name in (site.certificate, site.key):
        os.chmod(name, 0o644)
    binary = site.join("podo-binary")
    shutil.copy(PODO, binary)
    os.chmod(binary, 0o755)
    user = pwd.getpwnam(ORDINARY)
    show = Demo(site, ORDINARY, user, binary)
    os.mkdir(show.data, 0o700)
    os.chown(show.data, user.pw_uid, user.pw_gid)
    made = show.starts()
    show.changes_nothing(made)
    return f", and as {ORDINARY}"


def says(podo, part):
    """The guide comes when everybody can be served."""
    podo.wait_until(lambda: part in podo.log_tail(60))


def signed_in(api, account):
    answer = api.post("/api/v1/auth/signin", account)
    expect(answer.status == 200, f"{account['email']} cannot sign in: {answer.status} {answer.body!r}")
    return answer.json["accessToken"]


def packaged(podo, stream):
    """Segments of a stream that comes."""
    status = json.loads(podo.admin("/statusz") or "{}")
    return sum(one["segments"] for one in status.get("packaging", []) if one["stream"] == stream)


def picture_of(podo):
    """The pid of the program that makes the test picture; None while there is none."""
    for pid in children_of(podo.pid) + threads_children(podo.pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"/ffmpeg"):
            return pid
    return None


def threads_children(pid):
    """Children belong to the thread that started them."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/children", encoding="utf-8") as file:
                found += [int(word) for word in file.read().split()]
        except OSError:
            continue
    return found


def gone(pid, seconds=5):
    """It has ended; whether somebody has waited for it is another matter."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return
        except FileNotFoundError:
            return
        time.sleep(0.02)
    raise Failure(f"the program of the test picture runs {seconds} s after Podo has ended")
