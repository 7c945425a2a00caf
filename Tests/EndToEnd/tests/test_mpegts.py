"""The reader of MPEG-TS reads what ffmpeg wrote, and finds each thing that is broken."""

import unittest

from support.elementary import adts_frames, is_key, units_of_start_codes
from support.mp4 import BadMedia
from support.mpegts import TransportReader, step
from tests.media import transport


def packets_of(data):
    return [bytearray(data[at:at + 188]) for at in range(0, len(data), 188)]


def joined(packets):
    return b"".join(map(bytes, packets))


class TransportReaderTests(unittest.TestCase):
    def test_reads_ffmpegs(self):
        found = TransportReader().read(transport())
        self.assertEqual(len(found["video"]), 50)
        units = [units_of_start_codes(unit.payload) for unit in found["video"]]
        self.assertEqual([is_key(each, "avc") for each in units], [unit.is_random_access for unit in found["video"]])
        self.assertEqual([index for index, each in enumerate(units) if is_key(each, "avc")], [0, 25])
        sound = [frame for unit in found["audio"] for frame in adts_frames(unit.payload)]
        self.assertAlmostEqual(len(sound), 95, delta=2)

    def test_goes_on_from_segment_to_segment(self):
        packets, reader = packets_of(transport()), TransportReader()
        reader.read(joined(packets))
        with self.assertRaisesRegex(BadMedia, "^TS4: "):
            reader.read(joined(packets))

    def test_finds_what_is_broken(self):
        def changed(change):
            packets = packets_of(transport())
            change(packets)
            return joined(packets)

        def first_of(packets, pid):
            return next(p for p in packets if (p[1] & 0x1f) << 8 | p[2] == pid)

        def spoil_counter(packets):
            packets[5][3] ^= 1

        def spoil_pes_length(packets):
            packet = first_of(packets, 0x101)
            start = packet.index(b"\x00\x00\x01", 4)
            packet[start + 5] ^= 1

        broken = {
            "no whole packets": ("TS1", transport()[:-1]),
            "no sync byte": ("TS1", changed(lambda p: p[7].__setitem__(0, 0x48))),
            "scrambled": ("TS1", changed(lambda p: p[7].__setitem__(3, p[7][3] | 0x80))),
            "no PAT first": ("TS2", changed(lambda p: p.pop(0))),
            "no PMT second": ("TS2", changed(lambda p: p.pop(1))),
            "a stream that PMT does not name": ("TS3", changed(lambda p: p[2].__setitem__(2, 0x55))),
            "counter": ("TS4", changed(spoil_counter)),
            "a lost packet": ("TS4", changed(lambda p: p.pop(9))),
            "checksum of PAT": ("TS6", changed(lambda p: p[0].__setitem__(9, p[0][9] ^ 1))),
            "length of PES": ("TS7", changed(spoil_pes_length)),
        }
        for name, (mark, data) in broken.items():
            with self.subTest(name), self.assertRaisesRegex(BadMedia, f"^{mark}: "):
                TransportReader().read(data)

    def test_steps_over_the_wrap(self):
        self.assertEqual(step((1 << 33) - 10, 20), 30)
        self.assertEqual(step(20, (1 << 33) - 10), -30)


if __name__ == "__main__":
    unittest.main()
