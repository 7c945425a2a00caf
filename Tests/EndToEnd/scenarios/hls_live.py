"""A minute and a half of a live show: every kind of trouble once, and every rule of HLS looked at all the time."""

import signal
import time

from support.hls_show import Show
from support.tools import require

SEED = 4


def run(site):
    require(tools=("curl", "ffmpeg", "openssl"))
    show = Show(site, SEED)
    first, _, third, fourth = show.clips
    show.start()
    for seconds, what in [
        (9, ("gap", 2.0)),
        (6, ("switch", third)),
        (8, ("end", "reset")),
        (0, ("publish", [first], 1.0)),
        (6, ("jump", 20.0)),
        (5, ("stall", 3.0)),
        (6, ("mute", "audio", 3.0)),
        (6, ("restart", signal.SIGKILL)),
        (8, ("end", "left")),
        (0, ("publish", [fourth], 0.5)),
        (7, ("end", "dropped")),
        (0, ("publish", [first], 0.0)),
        (6, ("end", "finished")),
        (13, ("publish", [first], 0.0)),
        (6, ("jump", -7.0)),
    ]:
        time.sleep(seconds)
        show.check_alive()
        if what[0] == "switch":
            show.check_http2()
        show.do(*what)
    time.sleep(5)
    show.check_alive()
    return show.judge()
