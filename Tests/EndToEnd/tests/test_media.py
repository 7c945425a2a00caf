"""What is said of segments in a row: holes, overlaps, times, parts, and frames that are not those published."""

import datetime
import time
import unittest
import zlib
from fractions import Fraction

from support import elementary
from support.hls_frames import compare
from support.hls_media import Outcome, Record, RenditionMedia
from support.hls_report import Report
from support.hls_transport import TransportMedia
from support.live_ledger import Ledger, Sent
from tests.media import OTHER, SYNC, clip, fragment, transport

STEP, GOP = 512, 12
SECONDS = Fraction(12, 25)


class Maker:
    """Segments of a GOP each, and the ledger that knows them."""

    def __init__(self):
        self.ledger = Ledger()
        self.publishing = self.ledger.begin()
        self.report = Report()
        self.media = RenditionMedia("main", self.report, self.ledger)
        self.begun = time.monotonic() - 100

    def samples(self, number, count=GOP):
        made = []
        for index in range(number * GOP, number * GOP + count):
            source = clip().video.samples[index % len(clip().video.samples)][3]
            payload = elementary.stamped_picture(source, "avc", elementary.stamp_text(0, 0, index))
            due = self.begun + index * 0.04
            stamp = elementary.stamp_of(payload)
            self.ledger.add(self.publishing, ("video", 0), Sent(
                stamp, zlib.crc32(payload), elementary.bare_crc(elementary.units_of_lengths(payload), "avc"),
                index % GOP == 0, due, due))
            made.append((STEP, SYNC if index % GOP == 0 else OTHER, 0, payload))
        return made

    def add(self, number, *, shift=0, samples=None, **changes):
        samples = self.samples(number) if samples is None else samples
        wall = self.begun + number * GOP * 0.04 + time.time() - time.monotonic()
        fields = {
            "name": "main", "sequence": number, "data": fragment(number, [(1, number * GOP * STEP + shift, samples)]),
            "initialisation": clip().initialisation, "duration": SECONDS,
            "date": datetime.datetime.fromtimestamp(wall, datetime.timezone.utc)} | changes
        self.media.add(Record(**fields))

    @property
    def found(self):
        return set(self.report.found)


class RenditionMediaTests(unittest.TestCase):
    def test_finds_nothing_where_nothing_is_wrong(self):
        maker = Maker()
        for number in range(3):
            samples = maker.samples(number)
            data = fragment(number, [(1, number * GOP * STEP, samples)])
            maker.add(number, samples=samples, parts=[(SECONDS, True, data)])
        compare("main", maker.ledger, {"video": ("video", 0)}, maker.media.outcome, maker.report)
        self.assertEqual(maker.report.violations(), "")
        self.assertEqual(maker.report.counts["frames compared"], 3 * GOP)

    def test_holes_and_overlaps(self):
        for shift in (STEP, -STEP):
            maker = Maker()
            maker.add(0)
            maker.add(1, shift=shift)
            self.assertEqual(maker.found, {"F12"}, shift)

    def test_a_hole_has_a_reason(self):
        maker = Maker()
        maker.ledger.disturbances.append((maker.begun, maker.begun + 10))
        maker.add(0)
        maker.add(1, shift=STEP)
        self.assertEqual(maker.found, set())

    def test_a_discontinuity_may_begin_anywhere(self):
        maker = Maker()
        maker.add(0)
        maker.add(1, shift=90_000, discontinuity=1)
        self.assertEqual(maker.found, set())

    def test_times_do_not_go_back_at_a_discontinuity(self):
        maker = Maker()
        maker.add(0)
        maker.add(1, shift=-GOP * STEP, discontinuity=1)
        self.assertEqual(maker.found, {"F14"})

    def test_durations(self):
        maker = Maker()
        for number in range(4):
            maker.add(number, duration=SECONDS + Fraction(1, 20))
        self.assertEqual(maker.found, {"L2"})

    def test_dates(self):
        maker = Maker()
        maker.add(0, date=datetime.datetime.now(datetime.timezone.utc))
        self.assertEqual(maker.found, {"PDT"})

    def test_segments_begin_with_an_idr_and_flags_are_true(self):
        maker = Maker()
        maker.add(0, samples=maker.samples(0)[1:])
        self.assertEqual(maker.found, {"LL3"})
        maker = Maker()
        maker.add(0, samples=[(STEP, SYNC, 0, payload) for *_, payload in maker.samples(0)])
        self.assertEqual(maker.found, {"F13"})
        maker = Maker()
        data = fragment(0, [(1, 0, maker.samples(0))])
        maker.add(0, parts=[(SECONDS, False, data)])
        self.assertEqual(maker.found, {"LL3"})

    def test_another_initialisation_needs_a_discontinuity(self):
        maker = Maker()
        maker.add(0)
        maker.add(1, initialisation=clip().initialisation.replace(b"VideoHandler", b"VideoHandled"))
        self.assertEqual(maker.found, {"DSN"})

    def test_what_is_no_media(self):
        maker = Maker()
        maker.add(0, data=b"no media, but bytes")
        self.assertEqual(maker.found, {"F1"})


class FrameTests(unittest.TestCase):
    def compared(self, change, ended="finished"):
        maker = Maker()
        maker.samples(0)
        maker.publishing.ended, maker.publishing.ended_at = ended, maker.begun + 0.5
        outcome = Outcome()
        outcome.frames["video"] = [(f.stamp, f.crc) for f in maker.publishing.frames["video", 0]]
        change(outcome.frames["video"])
        compare("main", maker.ledger, {"video": ("video", 0)}, outcome, maker.report)
        return maker.report

    def test_finds_what_is_lost_changed_doubled_or_in_another_order(self):
        def swap(frames):
            frames[3], frames[4] = frames[4], frames[3]

        for change in (lambda f: f.pop(4), lambda f: f.pop(), lambda f: f.insert(3, f[2]), swap,
                       lambda f: f.__setitem__(2, (f[2][0], 1)), lambda f: f.append(("x", 1))):
            self.assertEqual(set(self.compared(change).found), {"M-4"})
        self.assertTrue(self.compared(lambda f: None).is_clean)

    def test_the_end_may_be_lost_with_a_connection_only(self):
        self.assertTrue(self.compared(lambda f: f.pop(), ended="reset").is_clean)
        self.assertFalse(self.compared(lambda f: f.pop(4), ended="reset").is_clean)
        self.assertFalse(self.compared(lambda f: f.pop(), ended="left").is_clean)


class TransportMediaTests(unittest.TestCase):
    def add(self, media, sequence, data, **changes):
        media.add(Record("main", sequence, data, **changes))

    def test_reads_a_segment(self):
        report = Report()
        self.add(TransportMedia("main.ts", report), 0, transport())
        self.assertEqual(report.violations(), "")
        self.assertEqual(report.counts["transport video frames"], 50)
        self.assertGreater(report.counts["transport audio frames"], 90)

    def test_finds_what_does_not_go_on(self):
        report = Report()
        media = TransportMedia("main.ts", report)
        self.add(media, 0, transport())
        self.add(media, 1, transport())
        self.assertEqual(set(report.found), {"TS4"})
        self.add(media, 2, transport(), discontinuity=1)
        self.assertEqual(report.found["TS4"], 1)


if __name__ == "__main__":
    unittest.main()
