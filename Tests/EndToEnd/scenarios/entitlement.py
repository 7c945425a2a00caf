"""Tickets open a show that is on the air, and nothing else does: bought, watched, replaced, given back, by the real
program, a publisher over RTMP and players over HTTP. A rehearsal is its makers' alone. A refund shuts the gate at once, for what is listed and for who
waits; kill -9 and a rotated key change nothing for anybody."""

import os
import re
import signal
import threading
import time

from support import publishers
from support.api import Api
from support.database import query
from support.figures import percentile
from support.ingest import make_clip
from support.scenario import expect
from support.servers import Podo
from scenarios.purchase import DAY, PASSWORD, account, moment

KEY = "a-key-of-the-first-performance"
TICKET_COUNT = 12
# On one node (design §12).
REFUND_SECONDS_MAX = 0.05


def run(site):
    podo = Podo(site, environment={"PODO_STREAM_KEYS": f"schedule-1={KEY}", "PODO_LOOPS": "2"}).start()
    api = Api(podo.http_port)
    seller, fan = account(api, "seller", "ROLE_SELLER"), account(api, "fan", "ROLE_USER")
    schedule = make_concert(api, seller)
    expect(schedule == 1, f"the first performance is number {schedule}")
    tickets = [buy(api, fan, schedule, number) for number in range(TICKET_COUNT)]
    early = watch(api, fan, tickets[0])
    expect(api.get(early).code == "not-live-yet", "a show that has not begun")
    clip = make_clip(site.join("show.flv"), seconds=120)
    with publishers.Publishing(publishers.ffmpeg(clip, f"rtmp://127.0.0.1:{podo.rtmp_port}/live/{KEY}", paced=True)):
        rehearsed(api, fan, seller, schedule, tickets[0])
        query(podo, f"UPDATE schedule SET starts_at = now(), ends_at = now() + interval '2 hours' WHERE id = {schedule}")
        early = watch(api, fan, tickets[0])
        wait_until(lambda: api.get(early).status == 200, "the show is not served")
        refused_are_refused(api, early)
        replaced(api, fan, tickets[0])
        previewed(api, seller, schedule)
        times = refunded(api, fan, tickets[1:-2])
        rotated(podo, api, fan, tickets)
    after_crash(podo, site, api, fan, tickets)
    hidden(podo, site)
    worst = max(times)
    return (f"{len(times)} refunds while watched: media was refused {percentile(times, 50) * 1000:.1f} ms after the "
            f"answer, {worst * 1000:.1f} ms at most")


def make_concert(api, seller):
    stage = api.post("/api/v1/stage", {"name": "소극장", "location": "서울", "rows": 2, "cols": 20}, seller)
    answer = api.post("/api/v1/concert", {
        "name": "온라인 콘서트", "description": "가을 공연", "stageId": stage.json["stageId"], "runtimeMinutes": 120,
        "category": "CONCERT", "saleOpensAt": moment(-60), "saleClosesAt": moment(20 * DAY),
        "grades": [{"name": "R", "price": 50_000, "rows": [1, 2]}], "schedules": [{"startsAt": moment(30 * DAY)}],
        # All of it, also of a show that goes on.
        "refundRules": [{"daysBefore": -14, "feeBasisPoints": 0}],
    }, seller)
    expect(answer.status == 201, f"concert: {answer.status} {answer.body!r}")
    return answer.json["schedules"][0]["scheduleId"]


def buy(api, fan, schedule, number):
    """A payment of one ticket: what is asked for to give it back, and the ticket."""
    name = "fan" if number % 4 == 0 else f"fan{number}"
    member = fan if name == "fan" else account(api, name, "ROLE_USER")
    seat = api.get(f"/api/v1/schedule/{schedule}/seat").json["seats"][number]["seatId"]
    held = api.post("/reservation", {"scheduleId": schedule, "seatIds": [seat]}, member)
    expect(held.status == 201, f"reservation: {held.status} {held.body!r}")
    paid = api.post("/payment", {"reservationId": held.json["reservationId"], "isSuccess": True}, member)
    expect(paid.status == 201, f"payment: {paid.status} {paid.body!r}")
    return {"name": name, "member": member, "payment": paid.json["paymentId"], "ticket": paid.json["ticketIds"][0]}


def watch(api, fan, ticket, status=201):
    answer = api.post(f"/api/v1/ticket/{ticket['ticket']}/playback", None, ticket["member"])
    expect(answer.status == status, f"playback: {answer.status} {answer.body!r}")
    return "/p/" + answer.json["playlistUrl"].split("/p/")[1]


def beside(url, name):
    return url.rsplit("/", 1)[0] + "/" + name


def segments(api, url):
    lines = api.get(beside(url, "main.m3u8")).body.decode().splitlines()
    return [beside(url, line) for line in lines if line and not line.startswith("#")]


def wait_until(is_so, message, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so():
        expect(time.monotonic() < deadline, message)
        time.sleep(0.05)


def rehearsed(api, fan, seller, schedule, ticket):
    """Who publishes a month before the show is seen by who makes it; tickets get nothing of it, by any name."""
    preview = preview_of(api, seller, schedule)
    wait_until(lambda: api.get(preview).status == 200, "a rehearsal is not shown to its makers")
    wait_until(lambda: segments(api, preview), "no segment of a rehearsal is listed")
    theirs = watch(api, fan, ticket)
    names = [path.split("/", 3)[3] for path in segments(api, preview)]
    for name in ["index.m3u8", "main.m3u8", "main.plain.m3u8", "main/init.0.mp4", "poster.jpg", *names]:
        answer = api.get(beside(theirs, name))
        expect(answer.status == 404 and answer.code == "not-live-yet", f"a rehearsal's {name}: {answer.status}")
        expect(api.get(beside(theirs, "check/" + name)).code == "not-live-yet", f"a cache may give out {name}")
    expect(api.get(beside(preview, names[-1])).status == 200, "a rehearsal's segment is not there for its makers")


def preview_of(api, seller, schedule):
    answer = api.post(f"/api/v1/schedule/{schedule}/preview", None, seller)
    expect(answer.status == 201, f"preview: {answer.status} {answer.body!r}")
    return "/p/" + answer.json["playlistUrl"].split("/p/")[1]


def refused_are_refused(api, url):
    """By names that lead around the gate too."""
    token = url.split("/")[2]
    wait_until(lambda: segments(api, url), "no segment is listed")
    name = segments(api, url)[-1].split("/", 3)[3]
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in [forged, token[:-1], token + "A", token.lower(), "schedule-1", "A" * 64, f"%{ord(token[0]):02x}{token[1:]}x",
                  forged + "/../" + forged, "."]:
        for path in (name, "index.m3u8", "main.m3u8", "main/init.0.mp4", "../" + token + "/" + name):
            answer = api.get(f"/p/{wrong}/{path}")
            expect(answer.status in (400, 403, 404), f"/p/{wrong}/{path}: {answer.status}")
            expect(answer.status == 404 or answer.code in ("token-invalid", "bad-request", "path-invalid"),
                   f"/p/{wrong}/{path}: {answer.body!r}")
    good = api.get(f"/p/{token}/{name}")
    expect(good.status == 200 and good.fields["referrer-policy"] == "no-referrer", f"a segment: {good.status}")


def replaced(api, fan, ticket):
    first, second = watch(api, fan, ticket), watch(api, fan, ticket)
    lines = api.get(beside(second, "main.m3u8")).body.decode().splitlines()
    section = next(line.split('"')[1] for line in lines if line.startswith("#EXT-X-MAP:"))
    for name in ("index.m3u8", "main.m3u8", section, *(line for line in lines if line and line[0] != "#")):
        expect(api.get(beside(first, name)).code == "session-replaced", f"the first session still has {name}")
        expect(api.get(beside(second, name)).status == 200, f"the second session has no {name}")
    sessions = api.get(f"/api/v1/ticket/{ticket['ticket']}/playback", ticket["member"]).json["items"]
    # The newest, and the four that were begun before it.
    expect([session["endedFor"] for session in sessions] == [None, *["replaced"] * 4], f"sessions: {sessions}")
    ended = api.delete(f"/api/v1/ticket/{ticket['ticket']}/playback/{sessions[0]['sessionId']}", ticket["member"])
    expect(ended.status == 204 and api.get(second).code == "session-replaced", f"an ended session: {ended.status}")


def previewed(api, seller, schedule):
    expect(api.get(preview_of(api, seller, schedule)).status == 200, "a preview shows nothing")


def refunded(api, fan, tickets):
    """How long after the answer to a refund the last byte was served, for each ticket."""
    bystander = watch(api, fan, tickets[-1])
    times = []
    for ticket in tickets[:-1]:
        url = watch(api, fan, ticket)
        listed = segments(api, url)[-1]
        expect(api.get(listed).status == 200, "a listed segment is not served")
        waiting = Waiting(api, url)
        answer = api.post(f"/api/v1/payment/{ticket['payment']}/refund", {"reason": "마음이 바뀜"}, ticket["member"])
        answered = time.monotonic()
        expect(answer.status in (200, 202), f"refund: {answer.status} {answer.body!r}")
        while (media := api.get(listed)).status == 200:
            expect(time.monotonic() - answered < 2, "media is served two seconds after a refund")
        refused = time.monotonic()
        expect(media.status == 403 and media.code == "ticket-revoked", f"after a refund: {media.status} {media.body!r}")
        times.append(max(refused, waiting.ended(answered)) - answered)
        expect(api.get(url).code == "ticket-revoked", "a playlist after a refund")
        expect(api.post(f"/api/v1/ticket/{ticket['ticket']}/playback", None, ticket["member"]).code
               == "ticket-revoked", "a new session after a refund")
        expect(api.get(bystander).status == 200, "somebody else's refund ended a session")
    expect(max(times) < REFUND_SECONDS_MAX, f"refunds took {[round(one * 1000, 1) for one in times]} ms")
    return times


class Waiting(threading.Thread):
    """Waits for a part that is far away, as players with low latency do."""

    def __init__(self, api, url):
        super().__init__(daemon=True)
        self.api, self.url, self.answer, self.at = api, url, None, None
        lines = api.get(beside(url, "main.m3u8")).body.decode().splitlines()
        first = next(int(line.split(":")[1]) for line in lines if line.startswith("#EXT-X-MEDIA-SEQUENCE:"))
        whole = sum(1 for line in lines if line and not line.startswith("#"))
        self.sequence = first + whole + 1
        self.start()
        time.sleep(0.1)

    def run(self):
        self.answer = self.api.get(beside(self.url, f"main.m3u8?_HLS_msn={self.sequence}"))
        self.at = time.monotonic()

    def ended(self, earliest):
        self.join(10)
        expect(self.answer is not None, "who waits is not answered")
        if self.at < earliest:
            # The segment came before the refund.
            expect(self.answer.status in (200, 403), f"who waits: {self.answer.status}")
            return earliest
        expect(self.answer.code == "ticket-revoked", f"who waits: {self.answer.status} {self.answer.body!r}")
        return self.at


def rotated(podo, api, fan, tickets):
    """Somebody watches on while the key is changed again and again. Access tokens do not last so long."""
    url = watch(api, fan, tickets[-1])
    for number in range(3):
        done = podo.run_command("keys", "rotate")
        expect(done.returncode == 0, f"keys rotate: {done.stderr}")
        podo.send(signal.SIGHUP)
        for _ in range(10):
            answer = api.get(beside(url, "main.m3u8"))
            expect(answer.status == 200, f"after rotation {number}: {answer.status} {answer.body!r}")
            time.sleep(0.05)
    for ticket in (tickets[0], tickets[-2], tickets[-1]):
        answer = api.post("/auth/signin", {"email": f"{ticket['name']}@example.com", "password": PASSWORD})
        expect(answer.status == 200, f"sign-in after a rotation: {answer.status} {answer.body!r}")
        ticket["member"] = answer.json["accessToken"]
    expect(api.get(watch(api, fan, tickets[-1])).status == 200, "a session under another key")


def after_crash(podo, site, api, fan, tickets):
    """What was void stays so from the first request on."""
    good = watch(api, fan, tickets[-1])
    replaced_url = watch(api, fan, tickets[-2])
    watch(api, fan, tickets[-2])
    doomed = watch(api, fan, tickets[0])
    refund = api.post(f"/api/v1/payment/{tickets[0]['payment']}/refund", {"reason": "늦음"}, tickets[0]["member"])
    podo.child.kill()
    podo.wait(10)
    expect(refund.status in (200, 202), f"refund: {refund.status} {refund.body!r}")
    again = Podo(site, name="podo-again", data_directory=podo.data_directory, ports=podo.ports, environment={
        "PODO_STREAM_KEYS": f"schedule-1={KEY}", "PODO_LOOPS": "2"}).start()
    for url, code in [(doomed, "ticket-revoked"), (replaced_url, "session-replaced"), (good, "interrupted")]:
        answer = api.get(url)
        expect(answer.code == code, f"after a crash, instead of {code}: {answer.status} {answer.body!r}")
    expect(query(again, "SELECT count(*) FROM playback_session WHERE ended_at IS NULL AND ticket_id > 0") == "3",
           "sessions after a crash")


def hidden(podo, site):
    """No address is in any log."""
    for server in site.servers:
        with open(server.log_path, encoding="utf-8", errors="replace") as log:
            # The name of the route is in lines of what failed, `/p/{pass}/…`.
            expect(not re.search(r"/p/[^{]", log.read()), f"{os.path.basename(server.log_path)} has an address")
