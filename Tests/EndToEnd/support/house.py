"""A house that sells and streams, by the API of a Podo with simulated payments: a seller with a show that goes on, fans
who buy its seats and watch."""

import time
from urllib.parse import urlsplit

from .api import Api
from .process import Process
from .scenario import expect

PASSWORD = "a quiet purple grape on the vine"
SIMULATED = {"PODO_PAYMENT_SIMULATOR": "true"}
# What one address may sign up in a burst.
SIGN_UP_COUNT = 25
PATIENCE_SECONDS = 20
SMALL_HEIGHT = 144


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def answered(what, answer, *statuses):
    expect(answer.status in statuses, f"{what}: {answer.status} {answer.body!r}")
    return answer.json


def publishing(address):
    """How ffmpeg publishes a test picture with sound there."""
    return ["ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25", "-re",
            "-f", "lavfi", "-i", "sine=b=4", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
            "-g", "50", "-b:v", "800k", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "flv", address]


class PatientApi(Api):
    """Asks again when the server has too much to do at the moment, as it may on a busy machine."""

    def send(self, *arguments, **options):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := super().send(*arguments, **options)).code == "overloaded" and time.monotonic() < deadline:
            time.sleep(0.2)
        return answer


class House:
    """A stage of `rows` times `cols` seats, and a concert on it whose performance has just begun. The last of the seats are
    those of `small_rows`, which are for small pictures."""

    def __init__(self, podo, rows=4, cols=5, queue=False, small_rows=0, hold_seconds=300):
        self.api = PatientApi(podo.http_port)
        self.port = podo.http_port
        self.rtmp_port = podo.rtmp_port
        self.signed_up = 0
        self.seller = self.account("seller", "ROLE_SELLER")
        stage = answered("stage", self.api.post(
            "/api/v1/stage", {"name": "대극장", "location": "서울", "rows": rows, "cols": cols}, self.seller), 201)
        grades = [{"name": "R", "price": 99_000, "rows": [1, rows - small_rows]}]
        if small_rows:
            grades.append({"name": "S", "price": 9_000, "rows": [rows - small_rows + 1, rows],
                           "playback": {"maxHeight": SMALL_HEIGHT}})
        body = {
            "name": "오늘 밤 Tonight", "description": "", "stageId": stage["stageId"], "runtimeMinutes": 120,
            "category": "CONCERT", "saleOpensAt": moment(-60), "saleClosesAt": moment(86_400), "purchaseLimit": 100,
            "holdSeconds": hold_seconds,
            "grades": grades, "schedules": [{"startsAt": moment(-5)}],
            # All of it, also of a show that goes on.
            "refundRules": [{"daysBefore": -14, "feeBasisPoints": 0}],
            "queue": {"enabled": queue, "admitPerSecond": 100, "maxActive": 100},
        }
        made = answered("concert", self.api.post("/api/v1/concert", body, self.seller), 201)
        self.concert, self.schedule = made["concertId"], made["schedules"][0]["scheduleId"]
        seats = answered("seats", self.api.get(f"/api/v1/schedule/{self.schedule}/seat"), 200)["seats"]
        self.seats = [seat["seatId"] for seat in seats]

    def account(self, name, role="ROLE_USER"):
        """The token of a new account."""
        body = {"name": name, "email": f"{name}@example.com", "password": PASSWORD, "roleType": role}
        # From another address when one has had its share.
        api = PatientApi(self.port, source=f"127.0.0.{1 + self.signed_up // SIGN_UP_COUNT}")
        self.signed_up += 1
        answered(f"sign-up of {name}", api.post("/api/v1/member", body), 201)
        return answered(f"sign-in of {name}", api.post("/api/v1/auth/signin", body), 200)["accessToken"]

    def stream_key(self):
        """A new one of the performance, in the place of the one before."""
        return answered("stream key", self.api.post(f"/api/v1/schedule/{self.schedule}/stream-key", None, self.seller), 201)

    def publish(self, site, name="publisher"):
        """ffmpeg publishes with the key of the performance; ended with the site."""
        key = self.stream_key()
        publisher = Process(publishing(f"{key['rtmpUrl']}/{key['streamKey']}"), site.join(f"{name}.log"))
        site.servers.insert(0, publisher)
        return publisher

    def admitted(self, fan, seconds=15, past=None):
        """The pass of somebody whose turn it is; not the one of `past`, in which he has bought already."""
        path = f"/api/v1/concert/{self.concert}/queue"
        if past:
            # That turn ends when the purchase has been told of, once a second.
            time.sleep(1.2)
        joined = answered("queue", self.api.post(path, {}, fan), 200, 201)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            asked = self.api.get(path + "/status", fan, fields={"Queue-Ticket": joined["queueTicket"]})
            if asked.code == "queue-ticket-expired":
                # A turn of before, which what was bought in it has ended since.
                joined = answered("queue", self.api.post(path, {}, fan), 200, 201)
                continue
            status = answered("queue", asked, 200)
            if status["status"] == "ADMITTED" and status["queuePass"] != past:
                return status["queuePass"]
            time.sleep(0.5 if status["status"] == "ADMITTED" else status["pollAfterMs"] / 1000)
        return expect(False, f"not admitted in {seconds} s: {status}")

    def buy(self, fan, seat, queue_pass=None):
        """The payment and the ticket of one seat."""
        fields = {"Queue-Pass": queue_pass} if queue_pass else None
        held = answered("reservation", self.api.post(
            "/api/v1/reservation", {"scheduleId": self.schedule, "seatIds": [seat]}, fan, fields=fields), 201)
        paid = answered("payment", self.api.post(
            "/api/v1/payment", {"reservationId": held["reservationId"], "isSuccess": True}, fan), 201)
        expect(paid["status"] == "COMPLETED", f"payment: {paid}")
        return paid["paymentId"], paid["ticketIds"][0]

    def watch(self, fan, ticket):
        """The path of a playlist for a new session."""
        made = answered("playback", self.api.post(f"/api/v1/ticket/{ticket}/playback", {}, fan), 201)
        return urlsplit(made["playlistUrl"]).path

    def preview(self):
        """Where its makers see it."""
        made = answered("preview", self.api.post(f"/api/v1/schedule/{self.schedule}/preview", None, self.seller), 201)
        return urlsplit(made["playlistUrl"]).path

    def give_back(self, fan, payment):
        return answered("refund", self.api.post(
            f"/api/v1/payment/{payment}/refund", {"reason": "changed my mind"}, fan), 200, 202)


def wait_for_segment(api, playlist, seconds=30):
    """The paths of the segments of a playlist's first rendition, when there are some."""
    place = playlist.rpartition("/")[0] + "/"
    deadline = time.monotonic() + seconds
    while True:
        answer = api.get(place + "main.m3u8")
        lines = answer.body.decode(errors="replace").splitlines() if answer.status == 200 else []
        names = [line for line in lines if line and not line.startswith("#")]
        if names:
            return [place + name for name in names]
        expect(time.monotonic() < deadline, f"nothing to watch after {seconds} s: {answer.status} {answer.body[:99]!r}")
        time.sleep(0.2)
