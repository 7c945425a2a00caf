"""A live show by the real program: its seller gets a key, ffmpeg publishes with it over RTMP, and everybody is told how
far it is: live, interrupted when the publisher is killed, live again, live still after kill -9 of Podo, ended; then
publishing is refused, until the end is taken back; its recording goes on then."""

import signal
import socket
import subprocess
import threading
import time

from scenarios.members import encoder, log_text, wait_for_log
from scenarios.purchase import account, moment
from support import tools
from support.api import Api, request
from support.scenario import expect
from support.servers import Podo

# From the log's `stream started` to the answers.
LIVE_SECONDS_MAX = 1.0
# A publisher is looked at once a second.
CUT_SECONDS_MAX = 2.5


def run(site):
    tools.require(tools=["ffmpeg"])
    environment = {"PODO_OPEN_GATE": "true", "PODO_HLS_RECORDING": "true"}
    podo = Podo(site, environment=environment).start()
    api = Api(podo.http_port)
    seller, fan = account(api, "seller", "ROLE_SELLER"), account(api, "fan", "ROLE_USER")
    concert, schedule = make_concert(api, seller)
    path = f"/api/v1/schedule/{schedule}"
    expect(state(api, path) == ("SCHEDULED", False), "it has begun before anybody published it")
    expect(api.post(path + "/stream-key", None, fan).status == 403, "a fan got a stream key")
    key = issue(api, podo, path, seller)
    followed = Follower(podo.http_port, path)
    seconds = goes_live(api, podo, path, concert, key)
    shown(api, podo, schedule, path, seller)
    key = rotates(api, podo, path, seller, key)
    back = comes_back(api, podo, path, key)
    followed.expect(["scheduled", "live", "interrupted", "live"])
    podo = survives(site, api, podo, environment, path, schedule, key)
    ends(api, podo, path, schedule, seller, key)
    podo.stop()
    return f"answers said live {seconds:.2f} s after the publisher was let in, and again {back:.2f} s after it was back"


def make_concert(api, seller):
    body = {
        "name": "보라빛 밤", "runtimeMinutes": 120, "category": "CONCERT", "saleOpensAt": moment(-60),
        "saleClosesAt": moment(3600), "grades": [{"name": "온라인", "price": 1000, "kind": "ONLINE", "capacity": 10}],
        "schedules": [{"startsAt": moment(600), "replayHours": 24}],
    }
    answer = api.post("/api/v1/concert", body, seller)
    expect(answer.status == 201, f"concert: {answer.status} {answer.body!r}")
    return answer.json["concertId"], answer.json["schedules"][0]["scheduleId"]


def issue(api, podo, path, seller):
    issued = api.post(path + "/stream-key", None, seller)
    expect(issued.status == 201, f"stream key: {issued.status} {issued.body!r}")
    expect(issued.json["rtmpUrl"] == f"rtmp://127.0.0.1:{podo.rtmp_port}/live", f"{issued.body!r}")
    return issued.json["streamKey"]


def state(api, path):
    live = api.get(path).json["live"]
    return live["state"], live["interrupted"]


def wait_for_state(api, path, wanted, seconds):
    """How long it took."""
    start = time.monotonic()
    while state(api, path) != wanted:
        expect(time.monotonic() - start < seconds, f"after {seconds} s it is {state(api, path)}, not {wanted}")
        time.sleep(0.02)
    return time.monotonic() - start


def publish(podo, key):
    return subprocess.Popen(encoder(podo, key, 120, "-re"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def started_count(podo):
    return log_text(podo).count('"stream started"')


def goes_live(api, podo, path, concert, key):
    ffmpeg = publish(podo, key)
    wait_for_log(podo, '"stream started"', 1)
    seconds = wait_for_state(api, path, ("LIVE", False), LIVE_SECONDS_MAX)
    detail = api.get(f"/concert/{concert}").json["schedules"][0]["live"]
    expect(detail["state"] == "LIVE" and detail["startedAt"], f"the concert says {detail}")
    podo.publisher = ffmpeg
    return seconds


def shown(api, podo, schedule, path, seller, seconds=15):
    playlist = f"/p/schedule-{schedule}/index.m3u8"
    deadline = time.monotonic() + seconds
    while api.get(playlist).status != 200:
        expect(time.monotonic() < deadline, f"no playlist in {seconds} s: {api.get(playlist).body!r}")
        time.sleep(0.1)
    while True:
        answer = api.get(path + "/stream", seller)
        expect(answer.status == 200 and answer.json["publishing"], f"health: {answer.status} {answer.body!r}")
        health = answer.json["stream"]
        if health["framesPerSecond"] > 5 and health["codecs"]:
            break
        expect(time.monotonic() < deadline, f"health after {seconds} s: {health}")
        time.sleep(0.2)
    while (picture := api.get(path + "/stream/poster", seller)).status != 200:
        expect(picture.code == "no-poster" and time.monotonic() < deadline, f"{picture.status} {picture.body!r}")
        time.sleep(0.2)
    expect(picture.body[:3] == b"\xff\xd8\xff", "the picture is no JPEG")
    expect((health["width"], health["height"]) == (64, 64), f"health: {health}")
    expect(health["codecs"][0].startswith("avc1."), f"health: {health}")


def rotates(api, podo, path, seller, old):
    """Whoever publishes with the old key is cut off, and the show waits for the new one."""
    new = issue(api, podo, path, seller)
    try:
        podo.publisher.wait(timeout=CUT_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        expect(False, "a publisher outlived its key")
    wait_for_state(api, path, ("LIVE", True), LIVE_SECONDS_MAX)
    refused = subprocess.run(encoder(podo, old, 2), capture_output=True, timeout=30)
    expect(refused.returncode != 0, "the old key opened the stream")
    return new


def comes_back(api, podo, path, key):
    count = started_count(podo)
    podo.publisher = publish(podo, key)
    wait_for_log(podo, '"stream started"', count + 1)
    return wait_for_state(api, path, ("LIVE", False), LIVE_SECONDS_MAX)


def survives(site, api, podo, environment, path, schedule, key):
    """kill -9 in the middle of the show: it is live afterwards, its publisher comes back, and whoever watches is told
    from the first request on that it goes on."""
    before = api.get(path).json["live"]["startedAt"]
    podo.send(signal.SIGKILL)
    podo.publisher.wait(timeout=10)
    podo = Podo(site, "again", podo.data_directory, environment, ports=podo.ports).start()
    now = api.get(path).json["live"]
    expect(now["state"] == "LIVE" and now["startedAt"] == before, f"after kill -9 it is {now}")
    away = api.get(f"/p/schedule-{schedule}/index.m3u8")
    expect(away.code == "interrupted" and away.fields["retry-after"] == "1", f"{away.status} {away.body!r}")
    podo.publisher = publish(podo, key)
    wait_for_state(api, path, ("LIVE", False), 5)
    return podo


def ends(api, podo, path, schedule, seller, key):
    followed = Follower(podo.http_port, path)
    time.sleep(5)
    ended = api.post(path + "/end", None, seller)
    expect(ended.status == 200 and ended.json["live"]["state"] == "ENDED", f"end: {ended.status} {ended.body!r}")
    try:
        podo.publisher.wait(timeout=CUT_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        expect(False, "a publisher outlived its show")
    wait_for_log(podo, '"reason":"show-ended"', 1)
    refused = subprocess.run(encoder(podo, key, 2), capture_output=True, timeout=30)
    expect(refused.returncode != 0, "publishing again was not refused")
    wait_for_log(podo, "This show has ended", 1)
    followed.expect(["live", "ended"])
    before = replays(api, schedule)
    again = api.post(path + "/reopen", None, seller)
    expect(again.json["live"]["state"] == "LIVE", f"reopen: {again.status} {again.body!r}")
    podo.publisher = publish(podo, key)
    wait_for_state(api, path, ("LIVE", False), 5)
    goes_on(api, schedule, before)
    podo.publisher.kill()
    wait_for_state(api, path, ("LIVE", True), 5)
    api.post(path + "/end", None, seller)
    whole = replays(api, schedule)
    expect(whole[:len(before)] == before and len(whole) > len(before), f"all of it is {whole}, before {before}")


def goes_on(api, schedule, before, seconds=15):
    """Who goes back in a show that was ended by mistake and opened again sees what was before that, too."""
    deadline = time.monotonic() + seconds
    while len(listed := segments(api.get(f"/p/schedule-{schedule}/main.event.m3u8").body)) <= len(before):
        expect(time.monotonic() < deadline, f"after {seconds} s there are {listed}, before the end {before}")
        time.sleep(0.2)
    expect(listed[:len(before)] == before, f"there are {listed}, before the end {before}")


def segments(playlist):
    return [line for line in playlist.decode().splitlines() if line.endswith(".m4s")]


def replays(api, schedule, seconds=15):
    """What is opened after the end is the recording, as soon as that is written: its segments."""
    deadline = time.monotonic() + seconds
    playlist = f"/p/schedule-{schedule}/index.m3u8"
    while b"main.vod.m3u8" not in (answer := api.get(playlist)).body:
        expect(time.monotonic() < deadline, f"no replay in {seconds} s: {answer.status} {answer.body!r}")
        time.sleep(0.1)
    whole = api.get(f"/p/schedule-{schedule}/main.vod.m3u8")
    expect(whole.status == 200 and b"#EXT-X-ENDLIST" in whole.body, f"replay: {whole.status} {whole.body!r}")
    return segments(whole.body)


class Follower:
    """Reads a show's events on a thread of its own."""

    def __init__(self, port, path):
        self.names, self.lock = [], threading.Lock()
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.sendall(request("GET", path + "/live/events"))
        threading.Thread(target=self.read, daemon=True).start()
        deadline = time.monotonic() + 10
        while not self.names:
            expect(time.monotonic() < deadline, "no event came for 10 s")
            time.sleep(0.02)

    def read(self):
        try:
            for line in self.socket.makefile("rb"):
                if line.startswith(b"event: "):
                    self.names.append(line[7:].strip().decode())
        except OSError:
            pass

    def expect(self, wanted, seconds=3):
        """The events, from the first one on."""
        deadline = time.monotonic() + seconds
        while self.names != wanted:
            expect(time.monotonic() < deadline, f"followers were told {self.names}, not {wanted}")
            time.sleep(0.02)
