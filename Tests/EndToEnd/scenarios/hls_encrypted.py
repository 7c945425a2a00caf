"""Half a minute of a show whose segments are encrypted, with a key for every two: the same rules, and those of keys."""

import time

from support.hls_show import Show
from support.scenario import expect
from support.tools import require

SEED = 9


def run(site):
    require(tools=("curl", "ffmpeg", "openssl"))
    show = Show(site, SEED, has_ladder=False, environment={"PODO_HLS_KEY_SEGMENTS": "2"})
    first, second = show.clips[0], show.clips[2]
    show.start()
    for seconds, what in [(14, ("switch", second)), (8, ("end", "left")), (0, ("publish", [first], 0.0))]:
        time.sleep(seconds)
        show.check_alive()
        show.do(*what)
    time.sleep(8)
    show.check_alive()
    said = show.judge()
    expect(show.report.counts["segments decrypted"] > 10, f"hardly anything was encrypted: {said}")
    return said
