"""The segments of the MPEG-TS form, one after another; see `hls_media` for the other form."""

import zlib

from . import elementary
from .hls_media import Outcome
from .mp4 import BadMedia, require
from .mpegts import TransportReader, step

FAMILY_OF_TYPE = {0x1b: "avc", 0x24: "hevc"}


class TransportMedia:
    def __init__(self, name, report, ledger=None, sink=None):
        self.name, self.report, self.ledger, self.sink = name, report, ledger, sink
        self.reader, self.outcome = TransportReader(), Outcome()
        self.latest, self.last = {}, None

    def add(self, record):
        try:
            self.read(record)
        except (BadMedia, IndexError, ValueError) as error:
            mark, _, message = str(error).partition(": ")
            self.expect(False, record, mark if message else "TS1", message or mark)

    def expect(self, condition, record, mark, message):
        return self.report.expect(condition, f"{self.name} {record.sequence}", mark, message)

    def read(self, record):
        self.report.count("transport segments")
        if (record.sequence - 1, record.discontinuity) != self.last:
            self.reader, self.latest = TransportReader(), {}
        self.last = (record.sequence, record.discontinuity)
        found = self.reader.read(record.data)
        for kind, units in found.items():
            self.check_times(record, kind, units)
        family = next((FAMILY_OF_TYPE[kind] for kind in self.reader.types.values() if kind in FAMILY_OF_TYPE), None)
        pictures = found.get("video", [])
        keys = [self.take_picture(record, number, unit, family) for number, unit in enumerate(pictures)]
        sounds = []
        if 0x0f in self.reader.types.values():
            sounds = [frame for unit in found.get("audio", []) for frame in elementary.adts_frames(unit.payload)]
        for frame in sounds:
            self.outcome.add("audio", frame, zlib.crc32(frame))
        self.report.count("transport audio frames", len(sounds))
        if self.sink:
            self.sink(record, not keys or keys[0], {"video": len(keys), "audio": len(sounds)})

    def check_times(self, record, kind, units):
        for unit in units:
            before = self.latest.get(kind)
            if before is not None:
                self.expect(step(before, unit.decode) > 0, record, "TS8", f"{kind} goes back by "
                            f"{-step(before, unit.decode) / 90:.0f} ms")
            self.expect(step(unit.decode, unit.presentation) >= -90 * 100, record, "TS8", "it is shown before decoded")
            self.latest[kind] = unit.decode

    def take_picture(self, record, number, unit, family):
        """Whether decoding can begin at it."""
        units = elementary.units_of_start_codes(unit.payload)
        types = {elementary.unit_type(each, family) for each in units}
        is_key = elementary.is_key(units, family)
        self.expect(is_key == unit.is_random_access, record, "TS9", f"random access is {unit.is_random_access}, "
                    f"IDR {is_key}")
        if is_key:
            self.expect(elementary.PARAMETER_SETS[family] <= types, record, "TS10", "an IDR without parameter sets")
        if number == 0 and record.is_independent:
            self.expect(is_key, record, "LL3", "it does not begin with an IDR, as all segments should")
        require(types - elementary.DELIMITERS[family] - elementary.PARAMETER_SETS[family], "ES1", "an empty picture")
        self.outcome.add("video", unit.payload, elementary.bare_crc(units, family))
        self.report.count("transport video frames")
        return is_key
