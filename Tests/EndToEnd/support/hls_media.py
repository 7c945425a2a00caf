"""The segments of one rendition, one after another: are they well formed, do they go on from each other, and is what
they hold what was published? Rules of the formats begin with F, TS or ES; L and LL are those of playlists."""

import struct
import time
import zlib
from dataclasses import dataclass, field
from fractions import Fraction

from . import elementary
from .mp4 import BadMedia, read_fragments, read_initialisation

# What a time may be off by: PDT (|PDT - wall| < 1 s), and sound from picture.
DATE_SECONDS_MAX = 1.0
SYNC_SECONDS_MAX = 0.05
# By how much a discontinuity may put a track's times back: what is known of its last frame's duration is a guess.
BACK_SECONDS_MAX = 0.1


@dataclass
class Record:
    """A segment as it was fetched; `data` is whole, or what came of it before the server died."""
    name: str
    sequence: int
    data: bytes
    initialisation: bytes = b""
    # Its discontinuity sequence number: what differs from the one before begins a discontinuity, with a tag or where
    # the segment before is not listed any more.
    discontinuity: int = 0
    is_whole: bool = True
    # As the playlist has it; None if it never said.
    duration: Fraction = None
    date: object = None
    is_independent: bool = True
    # (duration, INDEPENDENT, bytes) of each part that was fetched.
    parts: list = field(default_factory=list)


@dataclass
class TrackState:
    """Where a track is: `end` in ticks, and the frame that ended there."""
    end: int = None
    last: object = None


class Outcome:
    """What came out, by kind of track: (stamp, checksum) in order. A picture that carries its parameter sets, as the
    first one after a change of format may, counts as what it is without them."""

    def __init__(self):
        self.frames = {"video": [], "audio": []}

    def add(self, kind, payload, crc):
        self.frames[kind].append((elementary.stamp_of(payload), crc))


class RenditionMedia:
    """`ledger` knows when frames were due; None where nobody does. `sink` is told of every record that is sound."""

    def __init__(self, name, report, ledger=None, sink=None):
        self.name, self.report, self.ledger, self.sink = name, report, ledger, sink
        self.outcome = Outcome()
        self.tracks, self.known = {}, None
        self.states, self.position, self.anchor = {}, None, None
        # Where the sound and the pictures of all timelines so far ended, in seconds.
        self.ends = {}
        self.last_sequence = self.last_discontinuity = None
        # The last record, and what its pictures' usual duration was in seconds.
        self.latest, self.picture_seconds = None, 0.0
        self.wall_offset = time.time() - time.monotonic()

    def expect(self, condition, record, mark, message):
        return self.report.expect(condition, f"{self.name} {record.sequence}", mark, message)

    def add(self, record):
        try:
            self.read(record)
        except (BadMedia, IndexError, ValueError) as error:
            mark, _, message = str(error).partition(": ")
            self.expect(False, record, mark if message else "F1", message or mark)

    def read(self, record):
        self.report.count("segments")
        self.latest = record
        if (record.sequence - 1, record.discontinuity) != (self.last_sequence, self.last_discontinuity):
            self.states, self.anchor = {}, None
        self.last_sequence, self.last_discontinuity = record.sequence, record.discontinuity
        if record.initialisation != self.known:
            self.use(record)
        fragments = read_fragments(record.data, self.tracks)
        samples = {number: [s for f in fragments for s in f.tracks.get(number, [])] for number in self.tracks}
        for number, found in samples.items():
            self.check_track(record, self.tracks[number], found)
        durations = sorted(s.duration / t.timescale for n, t in self.tracks.items() if t.kind == "video"
                           for s in samples[n])
        self.picture_seconds = durations[len(durations) // 2] if durations else 0.0
        self.check_parts(record)
        self.check_place(record, samples)
        self.check_clock(record, samples)
        if self.sink:
            self.sink(record, self.tracks, samples)

    def use(self, record):
        tracks = read_initialisation(record.initialisation)
        before = [(t.kind, t.codec, t.configuration) for t in self.tracks.values()]
        is_new = not before or not self.states
        self.expect(is_new, record, "DSN", "another initialisation section without a discontinuity")
        self.tracks, self.known = tracks, record.initialisation
        self.report.count("initialisations")

    # Tracks

    def check_track(self, record, track, samples):
        state = self.states.setdefault(track.number, TrackState())
        family = elementary.family_of(track.codec)
        for sample in samples:
            if track.kind == "video" and family in elementary.DELIMITERS:
                is_key = elementary.is_key(elementary.units_of_lengths(sample.payload), family)
                self.expect(is_key == sample.is_sync, record, "F13", f"sync is {sample.is_sync}, IDR {is_key}")
            self.expect(sample.duration > 0, record, "F12", f"a {track.kind} sample lasts {sample.duration}")
            frame = self.frame(sample)
            if state.end is None:
                self.check_forward(record, track, sample)
            if state.end is not None and sample.decode != state.end:
                self.check_jump(record, track, sample.decode - state.end, state.last, frame)
            state.end, state.last = sample.decode + sample.duration, frame
            self.ends[track.kind] = Fraction(state.end, track.timescale)
            self.outcome.add(track.kind, sample.payload, self.crc_of(sample, track.kind, family))
            self.report.count(f"{track.kind} frames")

    def check_forward(self, record, track, sample):
        """Times of a stream do not go back, over a publisher's return or a restart: players stand still until they have
        come up to the old ones."""
        back = float(self.ends.get(track.kind, 0) - Fraction(sample.decode, track.timescale))
        self.expect(back <= BACK_SECONDS_MAX, record, "F14", f"times of {track.kind} go back by {back:.3f} s")

    def crc_of(self, sample, kind, family):
        if kind != "video" or family not in elementary.DELIMITERS:
            return sample.crc
        units = elementary.units_of_lengths(sample.payload)
        rest = [unit for unit in units if elementary.unit_type(unit, family) not in elementary.PARAMETER_SETS[family]]
        if len(rest) == len(units):
            return sample.crc
        self.report.count("pictures with parameter sets")
        return zlib.crc32(b"".join(struct.pack(">I", len(unit)) + unit for unit in rest))

    def frame(self, sample):
        return self.ledger.frame(elementary.stamp_of(sample.payload)) if self.ledger else None

    def check_jump(self, record, track, ticks, before, after):
        seconds = ticks / track.timescale
        if not self.expect(seconds > 0, record, "F12", f"{track.kind} overlaps by {-seconds:.3f} s"):
            return
        if before and after:
            is_steady = self.ledger.is_steady(before.due - 1, after.due)
            self.expect(not is_steady, record, "F12", f"a hole of {seconds:.3f} s in {track.kind} without a reason")

    def check_parts(self, record):
        kinds, has_pictures = {track.kind for track in self.tracks.values()}, False
        for index, (_, is_independent, data) in enumerate(record.parts):
            self.report.count("parts")
            found = [(self.tracks[number].kind, sample) for fragment in read_fragments(data, self.tracks)
                     for number, samples in fragment.tracks.items() for sample in samples]
            leading = "video" if "video" in kinds else "audio"
            can_begin = any(sample.is_sync for kind, sample in found if kind == leading)
            self.expect(can_begin == is_independent, record, "LL3",
                        f"part {index}: INDEPENDENT is {is_independent}, a frame to begin with {can_begin}")
            has_pictures |= any(kind == leading for kind, _ in found)
        if record.is_whole and record.is_independent and has_pictures:
            self.expect(any(is_independent for _, is_independent, _ in record.parts), record, "LL3",
                        "no part is independent")

    # Segments

    def leading(self, samples):
        """The track that is cut by, and its samples."""
        video = [number for number, track in self.tracks.items() if track.kind == "video"]
        number = (video or sorted(self.tracks))[0]
        return self.tracks[number], samples.get(number, [])

    def check_place(self, record, samples):
        """L2, L3: EXTINFs add up to the times of the pictures, within one of them."""
        track, found = self.leading(samples)
        if found and record.is_independent and track.kind == "video":
            self.expect(found[0].is_sync, record, "LL3", "it does not begin with an IDR, as all segments should")
        if record.duration is None:
            self.anchor = None
            return
        if self.anchor is None and found:
            self.anchor = Fraction(found[0].decode, track.timescale)
        if self.anchor is None:
            return
        start, end = self.anchor, self.anchor + record.duration
        self.anchor = end
        if not found:
            return
        first = Fraction(found[0].decode, track.timescale)
        last = Fraction(found[-1].decode, track.timescale)
        tolerance = max(Fraction(found[-1].duration, track.timescale), Fraction(1, 25))
        fits = first >= start - tolerance and last <= end + tolerance
        if not self.expect(fits, record, "L2", f"pictures from {float(first):.3f} to {float(last):.3f} s, "
                                               f"by EXTINF it goes from {float(start):.3f} to {float(end):.3f}"):
            self.anchor = last + Fraction(found[-1].duration, track.timescale)

    def check_clock(self, record, samples):
        """PDT is when it was captured, and sound is where the picture is."""
        track, found = self.leading(samples)
        if self.ledger is None or not found:
            return
        frame = self.frame(found[0])
        if frame is None:
            return
        # What happened just before may have set the clock anew.
        is_steady = self.ledger.is_steady(frame.due - 2, frame.due) and frame.due > self.ledger.dates_settle_at
        if record.date is not None and is_steady:
            apart = record.date.timestamp() - (frame.due + self.wall_offset)
            self.expect(abs(apart) < DATE_SECONDS_MAX, record, "PDT", f"it is {apart:+.2f} s off the wall clock")
        other = next((n for n, t in self.tracks.items() if t.kind != track.kind and samples.get(n)), None)
        if other is None:
            return
        sound = self.frame(samples[other][0])
        if sound is None or not self.ledger.is_steady(min(frame.due, sound.due) - 3, max(frame.due, sound.due) + 1):
            return
        played = found[0].decode / track.timescale - samples[other][0].decode / self.tracks[other].timescale
        apart = played - (frame.due - sound.due)
        self.expect(abs(apart) <= SYNC_SECONDS_MAX, record, "AV", f"sound is {apart * 1000:+.0f} ms from the picture")
