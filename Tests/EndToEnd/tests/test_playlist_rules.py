"""The validator finds what breaks the rules that `PlaylistValidatorTests` of the packager's unit tests does not reach:
keys, dates of ranges, what a restart or an end may change, and what renditions have in common."""

import datetime
import unittest

from support.hls_playlist import BadPlaylist, parse_media, parse_multivariant
from support.hls_validator import Validator

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def playlist(first=0, count=8, *, sequence=None, before="", after="", form=None, at=None, parts=False, dsn=0):
    """Segments of two seconds; `before` and `after` are lines for the head and the end, `at` for one segment."""
    at = at or {}
    container = "ts" if form == "ts" else "m4s"
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:2",
             f"#EXT-X-MEDIA-SEQUENCE:{first if sequence is None else sequence}", f"#EXT-X-DISCONTINUITY-SEQUENCE:{dsn}"]
    if parts:
        lines.append("#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=6.0,HOLD-BACK=6.0")
        lines.append("#EXT-X-PART-INF:PART-TARGET=2.0")
    lines += [*before.split("\n")] if before else []
    lines.append('#EXT-X-MAP:URI="main/init.0.mp4"')
    for number in range(first, first + count):
        lines += at[number].split("\n") if number in at else []
        date = (START + datetime.timedelta(seconds=2 * number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date}")
        if parts and number >= first + count - 3:
            lines.append(f'#EXT-X-PART:DURATION=2.0,URI="main/{number}.0.m4s",INDEPENDENT=YES')
        lines.append(f"#EXTINF:2.000,\nmain/{number}.{container}")
    if parts:
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="main/{first + count}.0.m4s"')
    return "\n".join(lines + ([after] if after else [])) + "\n"


def found(*steps, restarts_before=None, **settings):
    """The marks of what is found in playlists one after another, of (name, text, time) or texts of one name."""
    validator = Validator(**settings)
    for number, step in enumerate(steps):
        name, text, time = step if isinstance(step, tuple) else ("main.plain.m3u8", step, None)
        if number == restarts_before:
            validator.restarted()
        validator.feed(name, text, time)
    return [violation.split(": ")[1] for violation in validator.violations]


class TextTests(unittest.TestCase):
    def test_a_good_one_has_nothing(self):
        self.assertEqual(found(playlist(), playlist(1)), [])
        self.assertEqual(found(("main.m3u8", playlist(parts=True), 0)), [])

    def test_syntax(self):
        good = playlist()
        for text in (good.replace("#EXTINF:2.000,\nmain/3", "#EXTINF:2.000,\nmain/{$x}"), good[:-1],
                     good.replace('URI="main/init', "URI=main/init"), good.replace("#EXT-X-VERSION:6\n", "\n"),
                     good.replace("/3.m4s", "/3\u0301.m4s").replace("main", "e\u0301")):
            self.assertEqual(found(text), ["syntax"], text)

    def test_keys(self):
        key = '#EXT-X-KEY:METHOD=AES-128,URI="key/1",IV=0x' + "0" * 32
        self.assertEqual(found(playlist(at={0: key})), [])
        self.assertIn("K2", found(playlist(at={0: '#EXT-X-KEY:METHOD=AES-128,URI="key/1"'})))
        self.assertIn("K2", found(playlist(at={0: key[:-1]})))
        self.assertIn("K1", found(playlist(at={0: "#EXT-X-KEY:METHOD=ROT-13"})))
        self.assertIn("K3", found(playlist(before='#EXT-X-KEY:METHOD=AES-128,URI="key/1"')))
        self.assertIn("URI", found(playlist(at={0: key.replace("key/1", "https://elsewhere/1")})))
        self.assertIn("K4", found(("main.m3u8", playlist(parts=True, at={0: key}), 0)))
        self.assertIn("L5", found(playlist(at={0: key}), playlist(at={0: key.replace("key/1", "key/2")})))

    def test_head(self):
        self.assertIn("V", found(playlist().replace("VERSION:6", "VERSION:7")))
        self.assertIn("L18", found(playlist(before="#EXT-X-START:TIME-OFFSET=-3")))
        self.assertEqual(found(playlist(before="#EXT-X-START:TIME-OFFSET=-6")), [])
        self.assertIn("L11", found(playlist(before="#EXT-X-PLAYLIST-TYPE:EVENT")))
        self.assertEqual(found(("main.event.m3u8", playlist(before="#EXT-X-PLAYLIST-TYPE:EVENT"), 0)), [])
        self.assertIn("LL7", found(("main.m3u8", playlist(parts=True).replace("CAN-BLOCK-RELOAD=YES,", ""), 0)))
        no_target = playlist(parts=True).replace("#EXT-X-PART-INF:PART-TARGET=2.0\n", "")
        self.assertIn("LL1", found(("main.m3u8", no_target, 0)))

    def test_date_ranges(self):
        good = '#EXT-X-DATERANGE:ID="a",START-DATE="2026-01-01T00:00:00.000Z"'
        self.assertEqual(found(playlist(before=good)), [])
        self.assertIn("DR", found(playlist(before='#EXT-X-DATERANGE:ID="a"')))
        self.assertIn("DR", found(playlist(before=good + ",END-ON-NEXT=YES")))

    def test_names_and_dates(self):
        self.assertIn("L6", found(playlist().replace("main/3.m4s", "main/2.m4s")))
        self.assertIn("DSN", found(playlist().replace("main/3.m4s", "main/3.ts")))
        back = playlist(at={4: "#EXT-X-DISCONTINUITY"}).replace("00:00:08.000Z", "00:00:04.000Z")
        self.assertIn("PDT", found(back))

    def test_multivariant(self):
        good = ('#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",LANGUAGE="und",URI="a1.m3u8"\n'
                '#EXT-X-STREAM-INF:BANDWIDTH=9,AVERAGE-BANDWIDTH=8,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,'
                'FRAME-RATE=25.000,AUDIO="a"\nmain.m3u8\n')
        self.assertEqual(found(good), [])
        for mark, before, after in (
                ("M1", ",RESOLUTION=640x360", ""), ("M1", ",FRAME-RATE=25.000", ""), ("M1", "640x360", "0x360"),
                ("M5", "BANDWIDTH=9,", "BANDWIDTH=7,"), ("M7", "a1.m3u8", "main.m3u8"), ("M8", "avc1.64001f", "avc1"),
                ("URI", "\nmain.m3u8", "\n/main.m3u8"), ("syntax", "#EXTM3U\n", "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1\n")):
            self.assertIn(mark, found(good.replace(before, after)), (mark, after))

    def test_readers_refuse(self):
        with self.assertRaises(BadPlaylist):
            parse_multivariant("#EXTM3U\n")
        with self.assertRaises(BadPlaylist):
            parse_media("#EXTM3U\n#EXT-X-TARGETDURATION:x\n")


class TimeTests(unittest.TestCase):
    def test_numbers_do_not_go_back(self):
        self.assertIn("L4", found(playlist(5), playlist(4)))
        self.assertIn("DSN", found(playlist(5, dsn=3), playlist(20, dsn=2)))
        self.assertIn("L8", found(playlist(0), playlist(3, count=5)))

    def test_a_restart_may_begin_anew_but_not_go_back(self):
        steps = [playlist(0), playlist(100, count=1, dsn=5)]
        self.assertIn("L8", found(*steps))
        self.assertEqual(found(*steps, restarts_before=1), [])
        self.assertIn("L4", found(playlist(200), playlist(100, count=1), restarts_before=1))

    def test_after_its_end_a_show_may_be_opened_again(self):
        end = playlist(0, after="#EXT-X-ENDLIST")
        self.assertEqual(found(end, playlist(50, count=1, dsn=1)), [])
        self.assertIn("L12", found(end, playlist(0)))

    def test_a_segment_is_due_only_while_media_come(self):
        name = "main.plain.m3u8"
        steps = [(name, playlist(0), 0), (name, playlist(0), 1), (name, playlist(0), 4)]
        self.assertIn("L7", found(*steps))
        self.assertEqual(found(*steps, is_steady=lambda since, until: False), [])


class SiblingTests(unittest.TestCase):
    def test_discontinuities_lie_at_the_same_places(self):
        here, there = playlist(at={3: "#EXT-X-DISCONTINUITY"}), playlist(at={4: "#EXT-X-DISCONTINUITY"})
        self.assertEqual(found(("main.m3u8", here, 0), ("v1.m3u8", here, 0)), [])
        self.assertIn("M9", found(("main.m3u8", here, 0), ("v1.m3u8", there, 0)))

    def test_target_durations_are_the_same(self):
        self.assertIn("M6", found(("main.m3u8", playlist(), 0),
                                  ("v1.m3u8", playlist().replace("DURATION:2", "DURATION:3"), 0)))

    def test_deltas_inherit_keys(self):
        head = ("#EXTM3U\n#EXT-X-VERSION:{v}\n#EXT-X-TARGETDURATION:1\n#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=6.0\n"
                "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n")
        body = [f"#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:{n:02}.000Z\n#EXTINF:1.0,\nmain/{n}.m4s\n"
                for n in range(12)]
        key = '#EXT-X-MAP:URI="i.mp4"\n#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x' + "0" * 32 + "\n"
        full = head.format(v=6) + key + "".join(body)
        delta = head.format(v=9) + "#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n"
        self.assertEqual(found(full, delta + "".join(body[4:])), [])
        self.assertIn("L5", found(full, delta + "#EXT-X-KEY:METHOD=NONE\n" + "".join(body[4:])))


if __name__ == "__main__":
    unittest.main()
