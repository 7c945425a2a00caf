"""nginx in front, as deploy/cdn says: two viewers, and one fetch of each segment at Podo. Nothing is given out without
Podo's word, so a ticket that was given back opens nothing of what the cache has. Requests that wait for the next part
do so through it, ranges are ranges, what a session loads is counted from the cache too, and no token comes into any log,
whatever fails. What tickets of another kind are given is kept apart. The function for other CDNs, in node where there is
one, believes the tokens that Podo makes and no others, and refuses as Podo does."""

import os
import threading
import time

from support import edge_function, tools
from support.api import Api
from support.edge import Edge
from support.figures import median
from support.house import SIMULATED, SMALL_HEIGHT, House, wait_for_segment
from support.scenario import expect, expect_alive
from support.servers import Podo

REFUSED_SECONDS_MAX = 1.0
SEGMENT_COUNT = 6
# A part lasts half a second; whoever waits for another's fetch is looked at twice a second.
PART_DELAY_MAX = 1.2
# Two minutes at once, and then twice the speed of life; segments are of two seconds.
COUNTED_MIN, COUNTED_MAX = 50, 80
PATIENCE_COUNT = 50
LIMITED_COUNT = 300


def run(site):
    tools.require(["ffmpeg", "nginx"])
    podo = Podo(site, environment=SIMULATED | {"PODO_HTTP_TRUSTED_PROXIES": "127.0.0.1"}).start()
    house = House(podo, small_rows=1)
    edge = Edge(site, podo).start()
    api = Api(edge.port)
    house.publish(site)
    viewers = []
    for number in range(2):
        fan = house.account(f"fan-{number}")
        payment, ticket = house.buy(fan, house.seats[number])
        viewers.append((fan, payment, house.watch(fan, ticket)))
    fetched_once(podo, api, [playlist for _, _, playlist in viewers])
    delays = parts_come(api, [playlist for _, _, playlist in viewers])
    ranges(api, viewers[0][2])
    seconds = closes(house, api, viewers)
    nothing_without_word(api, viewers)
    kept_apart(podo, house, edge, api, viewers)
    believed = edge_function.tried(site, podo, [playlist for _, _, playlist in viewers], house.preview())
    loaded = counted(house, api)
    limited(api, viewers[1][2])
    expect_alive(podo)
    quiet(podo, edge, viewers)
    return (f"{SEGMENT_COUNT} segments fetched once for two viewers, parts {median(delays):.2f} s after they were asked "
            f"for (at most {max(delays):.2f}), closed {seconds * 1000:.0f} ms after a refund, {loaded} segments at once for a "
            f"session{believed}")


def requests(podo, kind):
    return podo.metric("podo_hls_requests_total", kind=kind)


def fetched_once(podo, api, playlists):
    """Both ask for the same segments at the same time."""
    wait_for_segment(api, playlists[0])
    before = requests(podo, "segment")
    seen = [set(), set()]
    deadline = time.monotonic() + 60
    while len(seen[0]) < SEGMENT_COUNT:
        expect(time.monotonic() < deadline, f"{len(seen[0])} segments came")
        lists = [wait_for_segment(api, playlist) for playlist in playlists]
        wanted = [name.rpartition("/")[2] for name in lists[0] if name.rpartition("/")[2] not in seen[0]]
        for name in wanted[:SEGMENT_COUNT - len(seen[0])]:
            bodies = together([lambda path=playlist.rpartition("/")[0]: api.get(f"{path}/main/{name}")
                               for playlist in playlists])
            expect(all(answer.status == 200 for answer in bodies),
                   f"{name}: {[(answer.status, answer.body[:200]) for answer in bodies]}")
            expect(bodies[0].body == bodies[1].body and len(bodies[0].body) > 1000, f"{name} is not the same for both")
            for names in seen:
                names.add(name)
        time.sleep(0.2)
    fetched = requests(podo, "segment") - before
    expect(fetched == SEGMENT_COUNT, f"Podo was asked for {fetched} segments, not {SEGMENT_COUNT}")
    expect(requests(podo, "checked") >= 2 * SEGMENT_COUNT, "Podo was not asked each time")


def together(calls):
    answers = [None] * len(calls)

    def work(number):
        answers[number] = calls[number]()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def parts_come(api, playlists, count=6):
    """Seconds in which the next part was there for both, who asked before it was, and the playlist that lists it."""
    delays = []
    for _ in range(count):
        text = api.get(playlists[0].rpartition("/")[0] + "/main.m3u8").body.decode()
        hint = next(line for line in text.splitlines() if line.startswith("#EXT-X-PRELOAD-HINT"))
        name = hint.split('URI="')[1].split('"')[0]
        sequence, part = name.rpartition("/")[2].split(".")[:2]
        begin = time.monotonic()
        answers = together([lambda path=playlist.rpartition("/")[0]: api.get(f"{path}/{name}") for playlist in playlists])
        statuses = [answer.status for answer in answers]
        # A segment may have ended without it.
        expect(statuses == [200, 200] or statuses == [404, 404], f"part {name}: {statuses}")
        if statuses == [200, 200]:
            delays.append(time.monotonic() - begin)
        begin = time.monotonic()
        listed = api.get(f"{playlists[1].rpartition('/')[0]}/main.m3u8?_HLS_msn={int(sequence) + 1}&_HLS_part=0")
        expect(listed.status == 200 and f"main/{int(sequence) + 1}.0.m4s" in listed.body.decode(),
               f"a playlist that waits: {listed.status} {listed.body[-300:]!r}")
        expect(time.monotonic() - begin > 0.05 or int(part) > 0, "the playlist did not wait")
    expect(delays and max(delays) <= PART_DELAY_MAX, f"parts came after {delays}")
    return delays


def ranges(api, playlist):
    segment = wait_for_segment(api, playlist)[-1]
    whole = api.get(segment)
    for _ in range(2):
        part = api.get(segment, fields={"Range": "bytes=10-19"})
        expect(part.status == 206 and part.body == whole.body[10:20], f"a range: {part.status} {len(part.body)} bytes")
    listed = api.get(playlist.rpartition("/")[0] + "/main.m3u8", fields={"Range": "bytes=0-"})
    expect(listed.status == 200, f"a playlist's range: {listed.status}")
    expect(whole.fields.get("access-control-allow-origin") == "*", "pages of other origins cannot read it")


def closes(house, api, viewers):
    """Seconds from the answer to a refund until the cache gives nothing any more to the one, and all to the other."""
    (fan, payment, mine), (_, _, other) = viewers
    segment = wait_for_segment(api, mine)[-1]
    expect(api.get(segment).status == 200, "a segment is not served")
    house.give_back(fan, payment)
    begin = time.monotonic()
    while (answer := api.get(segment)).status == 200:
        expect(time.monotonic() - begin < REFUSED_SECONDS_MAX, "the cache goes on to serve a ticket that was given back")
    seconds = time.monotonic() - begin
    expect(answer.status == 403 and answer.code == "ticket-revoked", f"after a refund: {answer.status} {answer.body!r}")
    listed = api.get(mine)
    expect(listed.status == 403 and listed.code == "ticket-revoked", f"its playlist: {listed.status} {listed.body!r}")
    same = other.rpartition("/")[0] + "/main/" + segment.rpartition("/")[2]
    expect(api.get(same).status == 200, "the other viewer has lost it too")
    return seconds


def nothing_without_word(api, viewers):
    """The cache has the segment: other spellings, made-up tokens and the question itself bring nothing out of it."""
    good = viewers[1][2].rpartition("/")[0]
    name = wait_for_segment(api, viewers[1][2])[-1].rpartition("/")[2]
    token = good.rpartition("/")[2]
    expect(api.get(f"{good}/main/{name}").status == 200, "a segment is not served")
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    for path in [f"/p/{changed}/main/{name}", f"/p/{'A' * 64}/main/{name}", f"/p//main/{name}", f"/p/main/{name}",
                 f"/p/{changed}/../{token[:-1]}x/main/{name}", f"/p/{changed}/main/%2e%2e/main/{name}",
                 f"/p/{changed}%2f../{changed}/main/{name}", "/podo-check", f"/p/{changed}/check/main/{name}",
                 f"/schedule-1/main/{name}"]:
        answer = api.get(path)
        expect(answer.status in (400, 403, 404) and len(answer.body) < 2000, f"{path}: {answer.status}")
    answer = api.get(f"{good}/main/../main/{name}")
    expect(answer.status in (200, 400, 404), f"another spelling of the same: {answer.status}")


def kept_apart(podo, house, edge, api, viewers):
    """The same segment for a ticket that is for small pictures is another entry: it is fetched again, once."""
    fans = [house.account(f"small-{number}") for number in range(2)]
    small = [house.watch(fan, house.buy(fan, house.seats[-1 - number])[1]) for number, fan in enumerate(fans)]
    name = wait_for_segment(api, viewers[1][2])[-1].rpartition("/")[2]
    before = requests(podo, "segment")
    for playlist in (viewers[1][2], small[0], small[1], viewers[1][2]):
        answer = api.get(f"{playlist.rpartition('/')[0]}/main/{name}")
        expect(answer.status == 200, f"{name}: {answer.status} {answer.body[:200]!r}")
    fetched = requests(podo, "segment") - before
    expect(fetched in (1, 2), f"two kinds of tickets fetched a segment {fetched} times")
    with open(edge.log, encoding="utf-8") as file:
        entries = {line.split('"')[1]: line for line in file if f"/main/{name}" in line}
    # Under no stream's name is what was refused, and not kept.
    entries.pop(f"/main/{name}", None)
    expect(len(entries) == 2 and sum(f"-{SMALL_HEIGHT}p" in entry for entry in entries) == 1,
           f"one segment for two kinds of tickets is kept as {sorted(entries)}")


def counted(house, api):
    """How many times a session gets a segment that is in the cache, until it has had what somebody can watch."""
    fan = house.account("sharer")
    playlist = house.watch(fan, house.buy(fan, house.seats[3])[1])
    segment = wait_for_segment(api, playlist)[-1]
    count = 0
    while (answer := api.get(segment)).status == 200:
        count += 1
        expect(count <= COUNTED_MAX, f"a session had {count} segments from the cache at once")
    expect(answer.code == "too-fast", f"a session that is too fast: {answer.status} {answer.body!r}")
    expect(count >= COUNTED_MIN, f"a session had {count} segments only: what the cache fetches is counted twice")
    return count


def limited(api, playlist):
    """More requests than any player makes are refused by the cache itself."""
    segment = wait_for_segment(api, playlist)[-1]
    answers = [api.get(segment) for _ in range(LIMITED_COUNT)]
    count = sum(answer.status == 503 and answer.code is None for answer in answers)
    expect(count > 0, f"nginx let {LIMITED_COUNT} requests of one session through: {[one.code for one in answers[-9:]]}")


def quiet(podo, edge, viewers):
    """Nobody answers any more either: time-outs and refusals are what nginx has most to say of."""
    podo.child.kill()
    podo.wait(10)
    api = Api(edge.port)
    for _, _, playlist in viewers:
        for name in ("index.m3u8", "main/7.m4s", "main.m3u8"):
            # Whoever has just asked for too much is told so first.
            for _ in range(PATIENCE_COUNT):
                answer = api.get(f"{playlist.rpartition('/')[0]}/{name}")
                if answer.status != 503:
                    break
                time.sleep(0.2)
            expect(answer.status in (500, 502), f"without Podo: {answer.status}")
    with open(edge.log, encoding="utf-8") as file:
        text = file.read()
    expect("HIT" in text and "schedule-" in text, f"the log says nothing of the cache: {text[:300]}")
    expect(" 502 " in text, f"the log says nothing of what failed: {text[-300:]}")
    folder = os.path.dirname(edge.log)
    logs = [edge.log_path] + [os.path.join(folder, name) for name in os.listdir(folder)]
    for path in logs:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        for _, _, playlist in viewers:
            expect(playlist.split("/")[2] not in text, f"a token is in {os.path.basename(path)}")
