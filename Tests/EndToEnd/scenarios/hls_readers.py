"""The readers and the watch that the scenarios of HLS rely on: each finds what is broken, before one is believed that
nothing is."""

import os
import re
import subprocess
import sys

from support.scenario import expect
from support.tools import require


def run(site):
    require(tools=("ffmpeg",))
    folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    tests = subprocess.run(
        [sys.executable, "-B", "-m", "unittest", "discover", "-s", "tests", "-t", "."], cwd=folder,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    said = tests.stderr.decode(errors="replace")
    expect(tests.returncode == 0, f"tests of the readers failed:\n{said[-4000:]}")
    return re.search(r"Ran \d+ tests", said)[0]
