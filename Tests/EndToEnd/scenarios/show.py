"""A whole evening with real parts only: ffmpeg publishes by RTMP with the key of a performance, fans sign up, wait in
line, take a seat, pay and watch, in ffmpeg and in Chromium. Who opens the show twice is sent away the first time. Who
gives his ticket back sees nothing from then on, not even a segment that his player knows already; how soon is measured
over REFUNDS refunds (200) while others watch."""

import http.client
import json
import os
import subprocess
import threading
import time

from support import tools
from support.api import Api
from support.figures import milliseconds
from support.house import SIMULATED, House, wait_for_segment
from support.scenario import Failure, expect, expect_alive
from support.servers import Podo

REFUNDS = int(os.environ.get("REFUNDS", "200"))
# One member may pay or take back so often in a burst: twice a ticket.
TICKETS_PER_FAN = 4
TOGETHER = 4
LOAD_COUNT = 4
P99_MAX = 0.050
FRAME_COUNT_MIN = 30
# A picture that has stood for so long stands; a browser may have loaded so much before it was sent away.
STILL_SECONDS, REPLACED_SECONDS_MAX = 4, 45


def run(site):
    tools.require(["chromium", "ffmpeg"], ["websocket"])
    podo = Podo(site, environment=SIMULATED | {"PODO_LOOPS": "2"}).start()
    house = House(podo, rows=20, cols=20, queue=True)
    fan = house.account("fan")
    queue_pass = house.admitted(fan)
    payment, ticket = house.buy(fan, house.seats[0], queue_pass)
    playlist = house.watch(fan, ticket)
    early = house.api.get(playlist)
    expect(early.code == "not-live-yet", f"before the show: {early.status} {early.body!r}")
    house.publish(site)
    segments = wait_for_segment(house.api, playlist)
    frames = decoded_frames(podo, playlist)
    moving = in_browser(site, podo, house, fan, ticket)
    # The browser opened a session of its own.
    expect_refused(house.api, playlist, "session-replaced")
    expect_refused(house.api, segments[-1], "session-replaced")
    playlist = house.watch(fan, ticket)
    segments = wait_for_segment(house.api, playlist)
    house.give_back(fan, payment)
    expect_refused(house.api, segments[-1], "ticket-revoked")
    expect_refused(house.api, playlist, "ticket-revoked")
    delays, served = refunds(house)
    expect_alive(podo)
    p99 = delays[int(len(delays) * 0.99) - 1]
    expect(p99 <= P99_MAX, f"p99 of revocation {p99 * 1000:.1f} ms over {len(delays)} refunds")
    return (f"{frames} frames by ffmpeg, {moving} in chromium; {len(delays)} refunds under load: last answer after "
            f"{milliseconds(delays[len(delays) // 2])} at the median, p99 {milliseconds(p99)}, at most "
            f"{milliseconds(delays[-1])}, {served} segments served")


def expect_refused(api, path, code):
    answer = api.get(path)
    expect(answer.status == 403 and answer.code == code, f"{path}: {answer.status} {answer.body!r}, not {code}")


def decoded_frames(podo, playlist):
    """Pictures that ffmpeg decodes of four seconds."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-read_intervals", "%+4", "-show_entries",
         "stream=nb_read_frames", "-of", "json", f"http://127.0.0.1:{podo.http_port}{playlist}"],
        capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, f"ffprobe: {done.stderr}")
    count = int(json.loads(done.stdout)["streams"][0]["nb_read_frames"])
    expect(count >= FRAME_COUNT_MIN, f"ffmpeg decoded {count} pictures")
    return count


def in_browser(site, podo, house, fan, ticket, seconds=30):
    """Pictures that Chromium has shown while it played, and which were different ones; its session is left."""
    from support.browser import Chromium
    from support.web_players import Pages, WebPlayer

    playlist = house.watch(fan, ticket)
    player = WebPlayer("chromium", Chromium(site), Pages(site), f"http://127.0.0.1:{podo.http_port}{playlist}")
    deadline = time.monotonic() + seconds
    while len(player.playback.frames) < FRAME_COUNT_MIN:
        expect(time.monotonic() < deadline and not player.problems(),
               f"chromium does not play: {player.problems()}, {player.facts}")
        time.sleep(0.2)
        player.refresh()
    rows = player.facts["frames"]
    expect(rows[-1][0] - rows[0][0] > 0.5, "chromium showed all pictures at once")
    expect(len({round(row[2], 3) for row in rows}) > 3, "chromium's picture does not move")
    count = len(rows)
    # The next session takes this one's place: what the browser has loaded is all that it shows. It says no error.
    house.watch(fan, ticket)
    begin, shown = time.monotonic(), 0
    while (now := len(player.playback.frames)) != shown:
        expect(time.monotonic() - begin < REPLACED_SECONDS_MAX, "chromium plays on with a session that was replaced")
        shown = now
        time.sleep(STILL_SECONDS)
        player.refresh()
    player.browser.stop()
    return count


def refunds(house):
    """Sorted seconds from the answer to a refund until the last segment served with its ticket, and how many were."""
    queue, delays, failures, served = list(range(REFUNDS)), [], [], [0]
    lock, ending = threading.Lock(), threading.Event()
    load = [threading.Thread(target=watches, args=(house, number, ending, failures)) for number in range(LOAD_COUNT)]

    def work(number):
        try:
            while True:
                with lock:
                    if not queue or failures:
                        return
                    mine = [queue.pop() for _ in range(min(TICKETS_PER_FAN, len(queue)))]
                fan = house.account(f"fan-{mine[0]}")
                queue_pass = house.admitted(fan)
                bought = [house.buy(fan, house.seats[1 + LOAD_COUNT + seat], queue_pass) for seat in mine[:1]]
                for seat in mine[1:]:
                    # Who has bought has given his turn back.
                    queue_pass = house.admitted(fan, past=queue_pass)
                    bought.append(house.buy(fan, house.seats[1 + LOAD_COUNT + seat], queue_pass))
                for payment, ticket in bought:
                    delay, count = one_refund(house, fan, payment, ticket)
                    with lock:
                        delays.append(delay)
                        served[0] += count
        except Failure as failure:
            failures.append(failure)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(TOGETHER)]
    for thread in load + workers:
        thread.start()
    for worker in workers:
        worker.join()
    ending.set()
    for thread in load:
        thread.join()
    expect(not failures, f"{failures[:1]}")
    return sorted(delays), served[0]


def one_refund(house, fan, payment, ticket):
    """How long after the answer to the refund a segment came that the player knew before, zero for not at all."""
    playlist = house.watch(fan, ticket)
    segment = wait_for_segment(house.api, playlist)[-1]
    last_served, count, began = [0.0], [0], threading.Event()
    refusal = []

    def reads():
        connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            # Slowly enough for a session: what it may ask for is bounded.
            connection.request("GET", segment, headers={"range": "bytes=0-0"} if count[0] % 2 else {})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status in (200, 206):
                last_served[0] = time.monotonic()
                count[0] += 1
                if count[0] >= 3:
                    began.set()
            elif answer.status == 503 and b"too-fast" in body:
                time.sleep(0.05)
            else:
                refusal.append((answer.status, body))
                break
            time.sleep(0.02)
        began.set()
        connection.close()

    reader = threading.Thread(target=reads)
    reader.start()
    began.wait(20)
    house.give_back(fan, payment)
    answered = time.monotonic()
    reader.join()
    expect(refusal and refusal[0][0] == 403 and b"ticket-revoked" in refusal[0][1], f"after a refund: {refusal[:1]}")
    return max(0.0, last_served[0] - answered), count[0]


def watches(house, number, ending, failures):
    """Somebody who watches as players do, all the time."""
    try:
        fan = house.account(f"viewer-{number}")
        _, ticket = house.buy(fan, house.seats[1 + number], house.admitted(fan))
        playlist = house.watch(fan, ticket)
        api = Api(house.port)
        seen = set()
        while not ending.is_set():
            for segment in wait_for_segment(api, playlist)[-2:]:
                if segment not in seen:
                    seen.add(segment)
                    answer = api.get(segment)
                    expect(answer.status == 200, f"a viewer: {answer.status} {answer.body[:200]!r}")
            time.sleep(0.05)
    except Failure as failure:
        failures.append(failure)
