"""Ten minutes of a live show under random trouble; every rule of HLS is looked at all the time.

`SOAK_SECONDS`, `SOAK_SEED` and `SOAK_RESTARTS` of the environment change how long, what, and how often the server dies
at most; the seed is printed at the start.
"""

import os
import random
import signal
import time

from support.hls_show import Show
from support.tools import require

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
RESTART_COUNT_MAX = int(os.environ.get("SOAK_RESTARTS", "4"))


def run(site):
    require(tools=("ffmpeg", "openssl"))
    seed = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(1 << 31)))
    print(f"hls-soak: seed {seed}, {SECONDS:.0f} s", flush=True)
    show = Show(site, seed)
    show.start()
    until = time.monotonic() + SECONDS
    trouble = Trouble(show)
    while time.monotonic() < until:
        time.sleep(show.random.uniform(4, 14))
        show.check_alive()
        trouble.make()
        trouble.wait()
    return show.judge()


class Trouble:
    """What may go wrong, each by a weight."""

    def __init__(self, show):
        self.show, self.random = show, show.random
        self.restart_count = 0
        self.kinds = {
            self.stall: 3, self.gap: 3, self.hold: 2, self.jump: 4, self.mute: 4, self.switch: 4, self.reconnect: 6,
            self.end: 1, self.restart: 2}

    def make(self):
        self.random.choices(list(self.kinds), self.kinds.values())[0]()

    def wait(self):
        """Until the publisher has done it."""
        while self.show.main.is_busy and not self.show.main.failure:
            time.sleep(0.1)

    def stall(self):
        self.show.do("stall", self.random.choice([1, 3, 7, 20]))

    def gap(self):
        self.show.do("gap", self.random.choice([1, 2.5, 5, 13, 20]))

    def hold(self):
        self.show.do("hold", self.random.choice([1, 4, 11]))

    def jump(self):
        self.show.do("jump", self.random.choice([-86400, -90, -12, -3.5, -1, -0.2, 0.2, 1.5, 3.5, 9, 120, 100000]))

    def mute(self):
        self.show.do("mute", self.random.choice(["audio", "video"]), self.random.choice([1, 4, 9, 15]))

    def switch(self):
        self.show.do("switch", self.random.choice(self.show.clips))

    def reconnect(self):
        self.show.do("end", self.random.choice(["finished", "left", "reset", "dropped"]))
        self.show.do("publish", [self.random.choice(self.show.clips)], self.random.choice([0, 0, 1, 4]))

    def end(self):
        """Long enough for the show to end, and to be opened again."""
        self.show.do("end", "finished")
        self.show.do("publish", [self.random.choice(self.show.clips)], 13)

    def restart(self):
        if self.restart_count < RESTART_COUNT_MAX:
            self.restart_count += 1
            self.show.do("restart", self.random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
