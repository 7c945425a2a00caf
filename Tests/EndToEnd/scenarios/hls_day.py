"""A day of media through the packager, faster than it plays: no track drifts from its true time by a frame, and memory
does not grow."""

import os
import re
import subprocess

from support.scenario import Failure, expect
from support.servers import ROOT

DAY = os.environ.get("DAY_BINARY", os.path.join(ROOT, ".build/release/PackagerDay"))
HOURS = 24
SECONDS_MAX = 900


def run(site):
    if not os.access(DAY, os.X_OK):
        raise SystemExit(f"no executable {DAY}: run `make ingest-tools` first")
    try:
        day = subprocess.run([DAY, str(HOURS)], capture_output=True, text=True, timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        raise Failure(f"{HOURS} hours of media took longer than {SECONDS_MAX} s")
    expect(day.returncode == 0, f"status {day.returncode}:\n{day.stdout}{day.stderr}")
    drifts = [float(text) for text in re.findall(r"(?:sound|pictures) ([0-9.e-]+) frames", day.stdout)]
    growth = re.search(r"MEMORY ([0-9.]+) MiB after \d+ h, ([-0-9.e]+) MiB", day.stdout)
    expect(len(drifts) == 4 and growth, f"no figures in:\n{day.stdout}")
    return (f"{HOURS} h of media, drift {max(drifts):.4f} of a frame in fragments and MPEG-TS, "
            f"{float(growth[1]):.1f} MiB held, {float(growth[2]):.3f} MiB more for an hour of media")
