"""Stamps come out of every container as they went in, and decoders pass over them."""

import os
import tempfile
import unittest
import zlib

from support import elementary
from support.hls_decode import ffmpeg
from support.mp4 import BadMedia
from tests.media import clip


class StampTests(unittest.TestCase):
    def test_is_read_back(self):
        text = elementary.stamp_text(3, 1, 77)
        self.assertEqual(len(text), elementary.STAMP_TEXT_BYTE_COUNT)
        for stamped in (elementary.stamped_picture(b"", "avc", text), elementary.stamped_picture(b"", "hevc", text),
                        elementary.stamped_sound(b"", text)):
            self.assertEqual(elementary.stamp_of(stamped + b"payload"), text.decode())
        self.assertIsNone(elementary.stamp_of(b"payload"))

    def test_does_not_disturb_decoders(self):
        video, audio = clip().video, clip().audio
        pictures = elementary.annex_b(elementary.parameter_sets(video.configuration, "avc"))
        for index, (_, _, _, payload) in enumerate(video.samples):
            stamped = elementary.stamped_picture(payload, "avc", elementary.stamp_text(1, 0, index))
            pictures += elementary.annex_b(elementary.units_of_lengths(stamped))
        sounds = b""
        for index, (_, _, _, payload) in enumerate(audio.samples):
            stamped = elementary.stamped_sound(payload, elementary.stamp_text(1, 1, index))
            sounds += elementary.adts_header(audio.configuration, len(stamped)) + stamped
        self.assertEqual(len(elementary.adts_frames(sounds)), len(audio.samples))
        with tempfile.TemporaryDirectory() as directory:
            for name, data, count in (("h264", pictures, len(video.samples)), ("aac", sounds, len(audio.samples))):
                path = os.path.join(directory, name)
                with open(path, "wb") as file:
                    file.write(data)
                said, counts = ffmpeg(["-f", name, "-i", path], path + ".crc")
                self.assertEqual((said, counts["0"]), ("", count))


class UnitTests(unittest.TestCase):
    def test_bare_checksum_is_the_same_in_both_containers(self):
        payload = clip().video.samples[0][3]
        units = elementary.units_of_lengths(payload)
        sets = elementary.parameter_sets(clip().video.configuration, "avc")
        transport = b"\x00\x00\x00\x01\x09\xf0" + elementary.annex_b(sets + units)
        self.assertEqual(elementary.bare_crc(elementary.units_of_start_codes(transport), "avc"),
                         elementary.bare_crc(units, "avc"))
        self.assertNotEqual(elementary.bare_crc(units[:-1], "avc"), elementary.bare_crc(units, "avc"))
        self.assertNotEqual(elementary.bare_crc(units, "avc"), zlib.crc32(b""))

    def test_finds_what_is_broken(self):
        for call in (lambda: elementary.units_of_lengths(b"\x00\x00\x00\x09\x41"),
                     lambda: elementary.units_of_lengths(b"\x00\x00"),
                     lambda: elementary.units_of_start_codes(b"\x41\x00\x00\x01\x41")):
            with self.assertRaisesRegex(BadMedia, "^ES1: "):
                call()
        with self.assertRaisesRegex(BadMedia, "^ES2: "):
            elementary.adts_frames(b"\xff\xf1\x50\x80\x03\xff\xfc")


if __name__ == "__main__":
    unittest.main()
