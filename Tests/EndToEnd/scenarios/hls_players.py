"""Players of others on a live stream, over a publisher that comes back and one that comes back with another size.

ffmpeg, mpv, GStreamer's hlsdemux2, Chromium by itself, and hls.js in Firefox with low latency play at once. What each
decodes is looked at: the grey of the picture tells publishings apart, and flashes and beeps, which the source has at
the same instants, how far apart sound and picture are. The first three write down their decoded media with times; in
browsers it is when pictures are shown and when beeps leave the sound graph. So in browsers the path to the output is
in the figure, and the bar is wider.
"""

import re
import time
import urllib.request

from support import tools
from support.figures import median
from support.playback import make_clip
from support.players import MPV, FFmpeg, GStreamer
from support.publishers import Publishing, ffmpeg
from support.scenario import expect, expect_alive
from support.servers import Podo
from support.web_players import Pages, WebPlayer, require_hls_js

STREAM, KEY = "show", "key-of-the-hls-players"
# No picture stands still for longer around an event, in target durations; the publisher's absence is in it.
PAUSE_MAX = 2
ABSENCE = 2.5
# A new publishing is watched this long: until all must show it, which are up to three target durations behind, and
# then some flashes.
EVENT_TIME = 24
SETTLE_TIME = 12
START_TIME_MAX, START_COUNT = 1.5, 5
LATENCY_MAX, LATENCY_SPAN = 2.5, 8
# Beyond, people see it (ITU-R BT.1359: 45 ms early, 125 ms late). Browsers add their outputs.
OFFSET_MAX, WEB_OFFSET_MAX = 0.045, 0.125
FLASH_COUNT_MIN = 2
# Of a show whose first segment is there: Chromium's own player needs three, and waits for them.
EARLY_START_TIME_MAX = 8
# One that ends when it has read all there is shows two or three.
FRAME_COUNT_MIN = 15
CLIPS = [{"seconds": 120}, {"seconds": 60}, {"size": "1280x720", "reorders": True, "seconds": 60}]

# Who plays what: all play the playlist with parts, save one each for those without and for MPEG-TS.
NATIVE = [("ffmpeg", FFmpeg, "index.m3u8"), ("ffmpeg-ts", FFmpeg, "index.ts.m3u8"), ("mpv", MPV, "index.plain.m3u8"),
          ("gstreamer", GStreamer, "index.m3u8")]


def run(site):
    tools.require(["chromium", "ffmpeg", "firefox-esr", "gst-launch-1.0", "mpv", "pulseaudio"], ["websocket"])
    require_hls_js()
    clips = [make_clip(site.join(f"publishing-{number}.flv"), number, **options)
             for number, options in enumerate(CLIPS)]
    podo = Podo(site, environment={"PODO_STREAM_KEYS": f"{STREAM}={KEY}", "PODO_OPEN_GATE": "true"}).start()
    target = f"rtmp://127.0.0.1:{podo.rtmp_port}/live/{KEY}"
    figures = exercise(site, lambda clip: ffmpeg(clip, target, paced=True), clips,
                       f"http://127.0.0.1:{podo.http_port}/p/{STREAM}/")
    expect_alive(podo)
    return figures


def exercise(site, publisher, clips, place, native=tuple(NATIVE)):
    """Plays what is below `place` while the clips are published one after the other; `publisher` makes the arguments
    that publish one."""
    from support.browser import Chromium, Firefox, Loudspeaker

    pages, loudspeaker = Pages(site), Loudspeaker(site)
    chromium, firefox = Chromium(site), Firefox(site, loudspeaker.environment)
    with Publishing(publisher(clips[0])):
        pause_max = PAUSE_MAX * wait_for(f"{place}main.m3u8")
        early = start_time(chromium, pages, f"{place}index.m3u8", EARLY_START_TIME_MAX)
        starts = [start_time(chromium, pages, f"{place}index.m3u8", 3 * START_TIME_MAX) for _ in range(START_COUNT)]
        players = [kind(site, name, place + file) for name, kind, file in native]
        players.append(WebPlayer("chromium", chromium, pages, f"{place}index.m3u8"))
        players.append(WebPlayer("hls.js", firefox, pages, f"{place}index.m3u8", "hls"))
        time.sleep(SETTLE_TIME + LATENCY_SPAN)
        lost = time.time()
    # From here to there a publishing is the newest.
    spans = [(lost - LATENCY_SPAN, lost)]
    for clip in clips[1:]:
        time.sleep(ABSENCE)
        with Publishing(publisher(clip)):
            time.sleep(EVENT_TIME)
            spans.append((lost, time.time()))
            lost = time.time()
    for player in players:
        player.refresh()
    return report(players, spans, starts, pause_max) + f", and {early:.1f} s after a show's first segment"


def wait_for(url, seconds=20):
    """Until the first segment is there. Returns the target duration."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                playlist = answer.read().decode()
            if "#EXTINF" in playlist:
                return int(re.search(r"#EXT-X-TARGETDURATION:(\d+)", playlist)[1])
            found = "no segment"
        except OSError as error:
            found = str(error)
        expect(time.monotonic() < deadline, f"{url}: {found}, {seconds} s after publishing began")
        time.sleep(0.1)


def start_time(chromium, pages, url, seconds):
    """Seconds from the moment at which a new page names the source to its first picture; it goes on to play."""
    player = WebPlayer("chromium", chromium, pages, url)
    deadline = time.monotonic() + seconds
    while len(player.playback.frames) < FRAME_COUNT_MIN:
        expect(time.monotonic() < deadline and not player.problems(),
               f"chromium does not play: {player.problems()}, {player.facts['state']}")
        time.sleep(0.1)
        player.refresh()
    return player.playback.first_shown() - player.begun


def report(players, spans, starts, pause_max):
    """Prints what was found, a player a line, and fails with everything that is not as it must be."""
    wrong = []

    def check(is_right, message):
        if not is_right:
            wrong.append(message)

    start = max(starts)
    check(start <= START_TIME_MAX, f"chromium started after {start:.2f} s")
    for player in players:
        bar = WEB_OFFSET_MAX if isinstance(player, WebPlayer) else OFFSET_MAX
        check(not player.problems(), f"{player.name}: {player.problems()}")
        print(f"    {player.name}: {line_of(player, spans)}", flush=True)
        for number, (begin, end) in enumerate(spans):
            where = f"{player.name}, publishing {number}"
            pause, offsets = player.playback.longest_pause(begin, end), player.playback.offsets(number)
            check(pause <= pause_max, f"{where}: the picture stood for {pause:.1f} s")
            check(len(offsets) >= FLASH_COUNT_MIN, f"{where}: only {len(offsets)} flashes")
            worst = max(map(abs, offsets), default=0)
            check(worst <= bar, f"{where}: sound and picture are {worst * 1000:.0f} ms apart")
        shown = player.playback.publishings()
        check(shown == list(range(len(spans))), f"{player.name}: showed publishings {shown}")
    hls = players[-1]
    check(hls.facts["isLowLatency"], "hls.js found no parts")
    settled = latencies(hls, spans[0])
    check(settled, "hls.js said no latency")
    check(not settled or max(settled) <= LATENCY_MAX, f"hls.js is {max(settled, default=0):.2f} s behind")
    expect(not wrong, "; ".join(wrong))
    return (f"chromium starts in {median(starts):.2f} s (at most {start:.2f}), hls.js is {median(settled):.2f} s behind"
            f" (at most {max(settled):.2f})")


def line_of(player, spans):
    """Pauses, when publishings were first shown and offsets of sound, by publishing."""
    playback = player.playback
    pauses = "/".join(f"{playback.longest_pause(*span):.2f}" for span in spans)
    firsts = "/".join(seconds(playback.first_shown(number), span[0])
                      for number, span in enumerate(spans) if number > 0)
    offsets = "/".join("none" if playback.offset(number) is None else f"{playback.offset(number) * 1000:.0f}"
                       for number in range(len(spans)))
    line = f"longest pauses {pauses} s, new publishings after {firsts} s, sound later by {offsets} ms"
    if settled := isinstance(player, WebPlayer) and latencies(player, spans[0]):
        behind = [row[2] for row in player.facts["latencies"] if spans[0][0] <= row[0] < spans[0][1] and row[2]]
        line += (f", latency {median(settled):.2f} s (at most {max(settled):.2f}), by the clock"
                 f" {median(behind) if behind else 0:.2f} s, {len(player.facts['problems'])} errors passed over")
    return line


def latencies(player, span):
    return [latency for at, latency, _ in player.facts["latencies"] if span[0] <= at < span[1]]


def seconds(time, origin):
    return "never" if time is None else f"{time - origin:.2f}"
