"""The reader of fragmented MP4 reads what ffmpeg wrote, and finds each thing that is broken."""

import struct
import unittest

from support.mp4 import BadMedia, boxes, read_fragments, read_initialisation
from tests.media import OTHER, SYNC, box, fragment, fragmented


def replaced(data, kind, at, value):
    """The data with bytes at an offset into the content of the first box of a kind, wherever it is."""
    place = data.index(kind) + 4 + at
    return data[:place] + value + data[place + len(value):]


def without(data, path):
    """The data without the first box at the end of a path, its parents shortened."""
    for kind, first, last in boxes(data):
        if kind != path[0]:
            continue
        if len(path) == 1:
            return data[:first - 8] + data[last:]
        inner = without(data[first:last], path[1:])
        return data[:first - 8] + box(kind.encode(), inner) + data[last:]
    raise AssertionError(path)


class InitialisationTests(unittest.TestCase):
    def test_reads_tracks(self):
        tracks = read_initialisation(fragmented()[0])
        self.assertEqual({track.kind for track in tracks.values()}, {"video", "audio"})
        self.assertEqual({track.codec for track in tracks.values()}, {"avc1", "mp4a"})
        self.assertTrue(all(track.configuration and track.timescale for track in tracks.values()))

    def test_finds_what_is_broken(self):
        data = fragmented()[0]
        moov = next(first for kind, first, _ in boxes(data) if kind == "moov") - 8
        plain_brands = b"".join([data[:8], b"isom\x00\x00\x02\x00", b"mp41" * ((moov - 16) // 4), data[moov:]])
        broken = {
            "no moov": ("F2", data[:moov]),
            "old brands": ("F2", plain_brands),
            "no mvex": ("F3", without(data, ["moov", "mvex"])),
            "a trex is missing": ("F3", without(data, ["moov", "mvex", "trex"])),
            "duration in mvhd": ("F4", replaced(data, b"mvhd", 16, b"\x00\x00\x00\x01")),
            "duration in tkhd": ("F4", replaced(data, b"tkhd", 20, b"\x00\x00\x00\x01")),
            "samples in stts": ("F5", replaced(data, b"stts", 4, b"\x00\x00\x00\x01")),
            "samples in stsz": ("F5", replaced(data, b"stsz", 8, b"\x00\x00\x00\x01")),
            "media elsewhere": ("F6", replaced(data, b"url ", 0, b"\x00\x00\x00\x00")),
            "cut off": ("F1", data[:-1]),
        }
        for name, (mark, bytes_) in broken.items():
            with self.subTest(name), self.assertRaisesRegex(BadMedia, f"^{mark}: "):
                read_initialisation(bytes_)


class FragmentTests(unittest.TestCase):
    def setUp(self):
        self.tracks = read_initialisation(fragmented()[0])

    def test_reads_ffmpegs(self):
        fragments = read_fragments(fragmented()[1], self.tracks)
        frames = sum(len(each.tracks.get(1, [])) for each in fragments)
        self.assertEqual(frames, 50)
        self.assertEqual([each.tracks[1][0].is_sync for each in fragments if 1 in each.tracks], [True, True])

    def test_reads_our_own(self):
        data = fragment(7, [(1, 1000, [(40, SYNC, 80, b"first"), (41, OTHER, -3, b"second")]),
                            (2, 5, [(1024, SYNC, 0, b"sound")])])
        found = read_fragments(data, self.tracks)[0]
        samples = found.tracks[1]
        self.assertEqual(found.sequence, 7)
        self.assertEqual([(s.decode, s.duration, s.offset, s.is_sync, s.payload) for s in samples],
                         [(1000, 40, 80, True, b"first"), (1040, 41, -3, False, b"second")])
        self.assertEqual(found.tracks[2][0].payload, b"sound")

    def test_finds_what_is_broken(self):
        data = fragment(1, [(1, 0, [(40, SYNC, 0, b"payload")])])
        mdat = data.index(b"mdat") - 4
        broken = {
            "no mdat": ("F7", data[:mdat]),
            "no moof": ("F7", data[mdat:]),
            "two moof": ("F7", data[:mdat] + data),
            "unknown box": ("F7", data + box(b"mfra")),
            "nothing": ("F7", b""),
            "unknown track": ("F8", replaced(data, b"tfhd", 4, struct.pack(">I", 9))),
            "absolute addresses": ("F9", replaced(data, b"tfhd", 0, b"\x00\x00\x00\x00")),
            "no tfdt": ("F10", without(data, ["moof", "traf", "tfdt"])),
            "sample before mdat": ("F11", replaced(data, b"trun", 8, struct.pack(">i", 4))),
            "bytes of no sample": ("F11", data[:mdat] + box(b"mdat", b"payload", b"more")),
            "cut off": ("F1", data[:-1]),
        }
        for name, (mark, bytes_) in broken.items():
            with self.subTest(name), self.assertRaisesRegex(BadMedia, f"^{mark}: "):
                read_fragments(bytes_, self.tracks)


if __name__ == "__main__":
    unittest.main()
