"""Decodes what came out, with ffmpeg and no mercy: segments put one behind another, and pictures without container."""

import os
import shutil
import subprocess
from collections import Counter

from . import elementary

# Frames are counted, not timed: where a publisher's times went back, what is written would not be in order.
ANEW = ["-filter:v", "setpts=N", "-filter:a", "asetpts=N"]
FORMATS = {"avc": "h264", "hevc": "hevc"}


def ffmpeg(arguments, output, level="error"):
    """What it complained of, and how many frames of each stream it wrote."""
    run = subprocess.run(
        ["nice", "ffmpeg", "-nostdin", "-v", level, "-xerror", *arguments, "-vsync", "passthrough", "-f", "framecrc",
         "-y", output],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    said = run.stderr.decode(errors="replace").strip()
    if run.returncode != 0 and not said:
        said = f"ended with {run.returncode}"
    counts = Counter()
    if os.path.exists(output):
        with open(output) as file:
            counts.update(line.split(",")[0].strip() for line in file if not line.startswith("#"))
        os.unlink(output)
    return said, counts


def discard(path, is_good):
    """What did not decode is kept where `KEEP_BROKEN` of the environment says."""
    folder = os.environ.get("KEEP_BROKEN")
    if is_good or not folder:
        os.unlink(path)
    else:
        shutil.move(path, os.path.join(folder, f"{os.getpid()}-{path.strip('/').replace('/', '-')}"))


class Runs:
    """A sink of `RenditionMedia`: the segments from one discontinuity to the next are one file."""

    def __init__(self, directory, name):
        self.prefix = os.path.join(directory, name.replace("/", "-"))
        self.files = []
        self.last = None

    def __call__(self, record, tracks, samples):
        if self.last != (record.sequence - 1, record.discontinuity, record.initialisation):
            leading = next((n for n, track in tracks.items() if track.kind == "video"), min(tracks))
            begins = bool(samples.get(leading)) and samples[leading][0].is_sync
            self.files.append({"path": f"{self.prefix}.{len(self.files)}.mp4", "begins": begins, "counts": Counter(),
                               "first": record.sequence})
            self.append(record.initialisation)
        self.append(record.data)
        for number, found in samples.items():
            self.files[-1]["counts"][tracks[number].kind] += len(found)
        self.last = (record.sequence, record.discontinuity, record.initialisation)

    def append(self, data):
        with open(self.files[-1]["path"], "ab") as file:
            file.write(data)

    def decode(self, report):
        """A run that begins in the middle of a GOP is read without decoding: nobody could."""
        for run in self.files:
            kinds = [kind for kind in ("video", "audio") if run["counts"][kind]]
            maps = [word for kind in kinds for word in ("-map", f"0:{kind[0]}:0")]
            # While it looks for parameters it decodes all the same, and complains.
            copy, level = (ANEW, "error") if run["begins"] else (["-c", "copy", "-copyinkf"], "fatal")
            said, counts = ffmpeg(["-i", run["path"], *maps, *copy], run["path"] + ".crc", level)
            at = f"{os.path.basename(self.prefix)} from {run['first']}"
            is_good = report.expect(not said, at, "M-4", f"decoding says {said[:300]!r}")
            for index, kind in enumerate(kinds):
                wanted, got = run["counts"][kind], counts[str(index)]
                is_good &= report.expect(got == wanted, at, "M-4", f"{got} {kind} frames decoded of {wanted}")
                report.count(f"{kind} frames decoded" if run["begins"] else f"{kind} frames demuxed", got)
            report.count("runs decoded")
            discard(run["path"], is_good)


class Pictures:
    """The pictures of each publishing without their container, by configuration: whatever happened to times, they
    decode from its first to its last."""

    def __init__(self, directory, name):
        self.prefix = os.path.join(directory, name.replace("/", "-") + ".es")
        self.files = {}
        self.configuration = None

    def __call__(self, record, tracks, samples):
        for number, track in tracks.items():
            family = elementary.family_of(track.codec)
            if track.kind != "video" or family not in FORMATS:
                continue
            for sample in samples.get(number, []):
                self.add(track, family, sample)

    def add(self, track, family, sample):
        key = (elementary.stamp_of(sample.payload) or "")[:4]
        if (key, track.configuration) != self.configuration:
            self.configuration = (key, track.configuration)
            path = f"{self.prefix}.{len(self.files)}"
            self.files[path] = {"format": FORMATS[family], "count": 0, "publishing": key}
            self.append(path, elementary.annex_b(elementary.parameter_sets(track.configuration, family)))
        path = next(reversed(self.files))
        self.append(path, elementary.annex_b(elementary.units_of_lengths(sample.payload)))
        self.files[path]["count"] += 1

    def append(self, path, data):
        with open(path, "ab") as file:
            file.write(data)

    def decode(self, report):
        for path, each in self.files.items():
            said, counts = ffmpeg(["-f", each["format"], "-i", path], path + ".crc")
            at = f"{os.path.basename(path)} of publishing {each['publishing']}"
            is_good = report.expect(not said, at, "M-4", f"decoding says {said[:300]!r}")
            is_good &= report.expect(
                counts["0"] == each["count"], at, "M-4", f"{counts['0']} pictures decoded of {each['count']}")
            report.count("pictures decoded", counts["0"])
            discard(path, is_good)


class TransportRuns:
    """The same of MPEG-TS, whose segments need nothing before them. `counts` are of pictures and of sounds, where the
    reader knows them."""

    def __init__(self, directory, name):
        self.prefix = os.path.join(directory, name.replace("/", "-") + ".ts")
        self.files, self.last = [], None

    def __call__(self, record, begins, counts):
        if self.last != (record.sequence - 1, record.discontinuity):
            path = f"{self.prefix}.{len(self.files)}"
            self.files.append({"path": path, "begins": begins, "counts": Counter(), "first": record.sequence})
        with open(self.files[-1]["path"], "ab") as file:
            file.write(record.data)
        self.files[-1]["counts"].update(counts)
        self.last = (record.sequence, record.discontinuity)

    def decode(self, report):
        for run in self.files:
            # One that begins in the middle of a GOP has been read by the reader; ffmpeg finds no parameters in it.
            if run["begins"]:
                self.decode_run(run, report)
            else:
                os.unlink(run["path"])

    def decode_run(self, run, report):
        kinds = [kind for kind in ("video", "audio") if run["counts"][kind]]
        maps = [word for kind in kinds for word in ("-map", f"0:{kind[0]}:0")]
        said, counts = ffmpeg(["-i", run["path"], *maps, *ANEW], run["path"] + ".crc")
        at = f"{os.path.basename(self.prefix)} from {run['first']}"
        is_good = report.expect(not said, at, "M-4", f"decoding says {said[:300]!r}")
        for index, kind in enumerate(kinds):
            wanted, got = run["counts"][kind], counts[str(index)]
            is_good &= report.expect(got == wanted, at, "M-4", f"{got} {kind} frames decoded of {wanted}")
        report.count("transport frames decoded", sum(counts.values()))
        discard(run["path"], is_good)
