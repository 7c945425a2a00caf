"""The keys of playback are rotated every five seconds for a minute, while hundreds of players follow a show at its edge
and others open it anew: nobody is refused, from the first rotation to the last, and new addresses come to be of new
keys."""

import base64
import re
import signal
import threading
import time
from collections import Counter

from support import tools
from support.api import Api
from support.figures import median
from support.house import PASSWORD, SIMULATED, House, PatientApi, answered, wait_for_segment
from support.scenario import expect, expect_alive
from support.servers import Podo

PLAYER_COUNT = 200
# Whoever buys them all: each has a budget of what he begins at once. Divides the players.
FAN_COUNT = 25
ROTATION_COUNT, ROTATION_SECONDS = 12, 5
# A part lasts half a second. A third of that is for a busy machine.
LOOKS_MIN = ROTATION_COUNT * ROTATION_SECONDS * 2 // 3
HINT = re.compile(rb'PRELOAD-HINT:TYPE=PART,URI="main/(\d+)\.(\d+)\.')


def run(site):
    tools.require(["ffmpeg"])
    podo = Podo(site, environment=SIMULATED | {"PODO_LOOPS": "2"}).start()
    house = House(podo, rows=16, cols=15)
    house.publish(site)
    tickets = bought(house)
    wait_for_segment(house.api, house.watch(*tickets[0]))
    players = [Player(podo.http_port, house.watch(*ticket)) for ticket in tickets[:PLAYER_COUNT]]
    for player in players:
        player.start()
    key_ids = rotated(podo, house, tickets[PLAYER_COUNT:])
    for player in players:
        player.ended.set()
    for player in players:
        player.join(20)
    expect_alive(podo)
    codes = sum((player.codes for player in players), Counter())
    expect(podo.metric("podo_playback_refusals_total") == 0, f"the gate refused somebody: {codes}")
    expect(set(codes) <= {"200", "503 blocked-too-long"}, f"players were told {codes}")
    looks = sorted(player.codes["200"] for player in players)
    expect(looks[0] >= LOOKS_MIN, f"a player looked {looks[0]} times, the median {median(looks)}")
    expect(key_ids[0] == 1 and key_ids[-1] > ROTATION_COUNT // 3 and key_ids == sorted(key_ids),
           f"new addresses are of keys {key_ids}")
    return (f"{ROTATION_COUNT} rotations, {len(players)} players who looked {sum(looks)} times, {len(key_ids)} opened it "
            f"anew under keys {key_ids[0]} to {key_ids[-1]}, nobody was refused")


def bought(house):
    """Tickets with the tokens of their owners."""
    fans = [house.account(f"fan-{number}") for number in range(FAN_COUNT)]
    count = PLAYER_COUNT + ROTATION_COUNT
    return [(fan, house.buy(fan, seat)[1]) for seat, fan in zip(house.seats[:count], fans * count)]


def rotated(podo, house, tickets):
    """Rotates, and opens the show by a new ticket in the middle between. Returns the keys of those addresses."""
    key_ids = []
    for number in range(ROTATION_COUNT):
        began = time.monotonic()
        done = podo.run_command("keys", "rotate")
        expect(done.returncode == 0, f"rotation {number}: {done.stderr}")
        podo.send(signal.SIGHUP)
        time.sleep(ROTATION_SECONDS / 2)
        # Access tokens are of the two newest keys: whoever has an older one signs in again.
        owner = f"fan-{number % FAN_COUNT}"
        token = answered("sign-in", PatientApi(podo.http_port).post(
            "/api/v1/auth/signin", {"email": f"{owner}@example.com", "password": PASSWORD}), 200)["accessToken"]
        playlist = house.watch(token, tickets[number][1])
        answer = house.api.get(playlist)
        expect(answer.status == 200, f"a session after rotation {number}: {answer.status} {answer.body!r}")
        key_ids.append(base64.urlsafe_b64decode(playlist.split("/")[2])[1])
        time.sleep(max(0, began + ROTATION_SECONDS - time.monotonic()))
    return key_ids


class Player(threading.Thread):
    """Waits for each next part, and counts what it is told."""

    def __init__(self, port, playlist):
        super().__init__(daemon=True)
        self.api, self.path = Api(port), playlist.rpartition("/")[0] + "/main.m3u8"
        self.codes, self.ended = Counter(), threading.Event()

    def run(self):
        query = ""
        while not self.ended.is_set():
            try:
                answer = self.api.get(self.path + query)
            except OSError as error:
                self.codes[repr(error)] += 1
                return
            self.codes[f"{answer.status} {answer.code}" if answer.status != 200 else "200"] += 1
            hint = HINT.search(answer.body)
            query = f"?_HLS_msn={int(hint[1])}&_HLS_part={int(hint[2])}" if hint else ""
            if not hint:
                time.sleep(0.5)
