"""A watch finds nothing in a stream that obeys the rules, and each rule that a stream breaks."""

import tempfile
import time
import unittest

from support.hls_client import StreamWatch
from support.hls_probes import Prober
from support.hls_report import Report
from tests.origin import Origin

TRACKS = {"main": {"video": ("video", 0)}}


def watched(twists, seconds):
    """What a watch of so many seconds reports, with every probe once at its end."""
    report = Report()
    with tempfile.TemporaryDirectory() as directory, Origin(twists) as origin:
        # What is late on purpose is so by more; what is not may be, on a busy machine.
        watch = StreamWatch(origin.port, "/p/show/", report, origin.ledger, directory, TRACKS, forms=("plain",),
                            slack=1.0 if twists else 5.0)
        watch.start()
        time.sleep(seconds)
        prober = Prober(watch)
        for probe in prober.all():
            probe("main.m3u8", watch.validator.streams["main.m3u8"][0])
        prober.viewer.close()
        watch.stop()
        # It was still going on.
        origin.publishing.ended, origin.publishing.ended_at = "reset", time.monotonic()
        watch.judge()
    return report


class ReportTests(unittest.TestCase):
    def test_a_run_that_looked_at_nothing_fails(self):
        report = Report()
        report.count("parts", 2)
        report.require(("parts",))
        self.assertTrue(report.is_clean)
        report.require(("parts", "deltas compared"))
        self.assertIn("0 deltas compared", report.violations())


class StreamWatchTests(unittest.TestCase):
    def test_finds_nothing_where_nothing_is_wrong(self):
        report = watched([], seconds=6)
        self.assertEqual(report.violations(), "")
        for what in ("playlists", "parts", "segments", "unions of parts compared", "deltas compared", "probes",
                     "hints answered 200", "frames compared", "removed and still there", "pictures decoded"):
            self.assertGreater(report.counts[what], 0, what)

    def test_finds_each_rule_that_is_broken(self):
        for twists, seconds in CASES:
            found = watched(twists, seconds).found
            for twist, mark in twists.items():
                with self.subTest(twist):
                    self.assertIn(mark, found)


# What breaks together without hiding one another; the rule by which each is found.
CASES = [
    ({"content types": "H4", "cache control": "LL16", "age": "LL18", "cors": "H3", "gzip": "L15", "etags": "H6",
      "ranges": "H9", "length": "H8", "part alone": "LL10", "too far": "LL9", "old is refused": "LL7",
      "frame rate": "M4", "urgency": "LL15", "holes": "F12"}, 3),
    ({"skip boundary": "LL12", "independent": "LL3", "discontinuity count": "DSN", "changing bytes": "M-5",
      "changed frames": "M-4", "dates": "PDT", "early 404": "L9", "codecs": "M11"}, 6),
    ({"late parts": "LL5", "other dates in deltas": "L5", "bit rate": "M10", "refused polls": "L13"}, 8),
    ({"answers early": "LL7", "lost frames": "M-4", "other unions": "LL4"}, 4),
]


if __name__ == "__main__":
    unittest.main()
