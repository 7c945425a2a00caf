"""The rules about multivariant playlists and about playlists that belong together (RFC 8216bis §4.4.6, §6.2.4)."""

import re

# Discontinuities lie at the same places in all renditions, but for sound and picture that begin a little apart.
ALIGNMENT_SECONDS = 1.5
CODEC = re.compile(
    r"avc1\.[0-9a-f]{6}|hvc1\.[ABC]?\d+\.[0-9A-F]+\.[LH]\d+(\.[0-9A-F]{1,2}){0,6}|av01\.\d\.\d\d[MH]\.\d\d(\.[\d.]+)?"
    r"|vp09(\.\d\d){3,8}|mp4a\.40\.\d+|mp4a\.69|mp4a\.6B|Opus|fLaC|ac-3|ec-3|mp3", re.IGNORECASE)


class MultivariantRules:
    """What `Validator` says of multivariant playlists and of siblings."""

    def check_multivariant(self, playlist):
        groups = {media.get("GROUP-ID") for media in playlist.media}
        ranges = {inf.get("VIDEO-RANGE") for _, inf in playlist.variants if "RESOLUTION" in inf}
        self.expect(None not in ranges or len(ranges) == 1, "index", "M3", "VIDEO-RANGE on some variants only")
        scores = {"SCORE" in inf for _, inf in playlist.variants}
        self.expect(len(scores) == 1, "index", "M3", "SCORE on some variants only")
        for uri, inf in playlist.variants:
            self.check_variant(uri, inf, groups)
        names = [(media.get("TYPE"), media.get("GROUP-ID"), media.get("NAME")) for media in playlist.media]
        self.expect(len(set(names)) == len(names), "index", "M2", "two EXT-X-MEDIA of one name in one group")
        for media in playlist.media:
            needed = {"TYPE", "GROUP-ID", "NAME", "LANGUAGE"} - media.keys()
            self.expect(not needed, "index", "M2", f"EXT-X-MEDIA lacks {sorted(needed)}")
            self.expect(media.get("DEFAULT") != "YES" or media.get("AUTOSELECT", "YES") == "YES", "index", "M2",
                        "DEFAULT without AUTOSELECT")
            self.expect(media.get("TYPE") != "CLOSED-CAPTIONS" or "URI" not in media, "index", "M2",
                        "CLOSED-CAPTIONS with URI")
        for group in groups:
            defaults = [m for m in playlist.media if m.get("GROUP-ID") == group and m.get("DEFAULT") == "YES"]
            self.expect(len(defaults) <= 1, "index", "M2", f"two defaults in group {group}")
        uris = playlist.uris
        self.expect(len(set(uris)) == len(uris), "index", "M7", "one playlist is named twice")
        for uri in uris:
            is_relative = re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9./_-]*\.m3u8", uri)
            self.expect(is_relative, "index", "URI", f"{uri} of a variant")
        for name, each in playlist.others:
            self.check_other(name, each)

    def check_variant(self, uri, inf, groups):
        for required in ("BANDWIDTH", "AVERAGE-BANDWIDTH", "CODECS"):
            self.expect(required in inf, uri, "M1", f"no {required}")
        codecs = inf.get("CODECS", "").split(",")
        for codec in codecs:
            self.expect(CODEC.fullmatch(codec), uri, "M8", f"{codec!r} in CODECS")
        has_picture = any(re.match(r"avc1|hvc1|av01|vp09", codec) for codec in codecs)
        if has_picture:
            self.expect({"RESOLUTION", "FRAME-RATE"} <= inf.keys(), uri, "M1", "no RESOLUTION or FRAME-RATE")
        size = inf.get("RESOLUTION")
        self.expect(size is None or re.fullmatch(r"[1-9]\d*x[1-9]\d*", size), uri, "M1", f"RESOLUTION {size}")
        self.expect(inf.get("AUDIO") in groups | {None}, uri, "M2", "AUDIO names no group")
        rate = inf.get("FRAME-RATE")
        self.expect(rate is None or re.fullmatch(r"\d+\.\d{3}", rate), uri, "M4", "FRAME-RATE has not 3 decimals")
        self.expect(int(inf.get("AVERAGE-BANDWIDTH", 0)) <= int(inf.get("BANDWIDTH", 0)), uri, "M5",
                    "the average is above the peak")
        self.expect(int(inf.get("BANDWIDTH", 1)) > 0, uri, "M1", "BANDWIDTH is 0")

    def check_other(self, name, each):
        if name == "EXT-X-I-FRAME-STREAM-INF":
            self.expect({"BANDWIDTH", "URI", "CODECS", "RESOLUTION"} <= each.keys(), "index", "M1", f"{name} {each}")
        elif name == "EXT-X-SESSION-KEY":
            self.expect(each.get("METHOD", "NONE") != "NONE", "index", "K1", "a session key without method")
        else:
            self.expect(("VALUE" in each) != ("URI" in each), "index", "M2", f"{name} {each}")

    def check_alignment(self, name, media, other, there):
        """Discontinuities are counted alike in renditions, and lie at the same time."""
        mine, theirs = discontinuities(media), discontinuities(there)
        for number in sorted(mine.keys() & theirs.keys()):
            apart = abs((mine[number] - theirs[number]).total_seconds())
            self.expect(apart < ALIGNMENT_SECONDS, name, "M9",
                        f"discontinuity {number} lies {apart:.1f} s from where {other} has it")


def discontinuities(media):
    """When the segments with an EXT-X-DISCONTINUITY begin, by the number that it makes."""
    number, found = media.discontinuity_sequence, {}
    for segment in media.segments:
        if segment.discontinuity:
            number += 1
            if segment.date:
                found[number] = segment.date
    return found


def check_against_media(report, uri, inf, media):
    """CODECS, RESOLUTION and FRAME-RATE are those of the media (`RenditionMedia`) that the variant's segments hold."""
    codecs = inf.get("CODECS", "").split(",")
    report.count("variants compared with their media")
    for track in media.tracks.values():
        wanted = codec_of(track)
        report.expect(any(codec.startswith(wanted) for codec in codecs), uri, "M11", f"{wanted} is not in {codecs}")
        if track.kind == "video":
            size = f"{track.width}x{track.height}"
            report.expect(inf.get("RESOLUTION") == size, uri, "M11", f"RESOLUTION {inf.get('RESOLUTION')} of {size}")
            rate = float(inf.get("FRAME-RATE", 0)) * media.picture_seconds
            report.expect(not media.picture_seconds or 0.95 < rate < 1.05, uri, "M11",
                          f"FRAME-RATE {inf.get('FRAME-RATE')} of pictures of {media.picture_seconds:.4f} s")


def codec_of(track):
    """How its name in CODECS begins, by its own configuration."""
    if track.codec == "avc1":
        return f"avc1.{track.configuration[1:4].hex()}"
    if track.codec == "mp4a":
        return f"mp4a.40.{track.configuration[0] >> 3}"
    return track.codec
