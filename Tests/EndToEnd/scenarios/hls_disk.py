"""Recording: a show can be seen from its beginning, ends as a whole, and opens again; whatever the disk and the
process do meanwhile, the live stream goes on and nothing that is listed is torn."""

import os
import random
import signal
import subprocess
import time

from support.ingest import make_clip
from support.recording import GRACE_SECONDS, FaultyDisk, RecordingPodo, listed
from support.scenario import expect
from support.tools import require

KILL_COUNT = int(os.environ.get("HLS_DISK_KILLS", "12"))
SYNC_SECONDS = 2


def run(site):
    require(tools=("cc", "ffmpeg"))
    clip = make_clip(site.join("clip.flv"), seconds=4)
    pictures = records(site, clip)
    disk = FaultyDisk(site)
    kills = is_killed(site, clip, disk)
    full = disk_is_full(site, clip, disk)
    slow = disk_is_slow(site, clip, disk)
    small = disk_is_small(site, clip)
    return (f"{pictures} pictures recorded and read again; {kills}; disk full: {full}; "
            f"{SYNC_SECONDS} s a sync: {slow}; {small}")


def records(site, clip):
    """The usual course: live, over, and once more after a restart."""
    show = RecordingPodo(site, "records")
    show.start()
    with show.publish(clip) as publishing:
        before = []
        for count in (3, 6, 9):
            playlist, text = show.wait_for("main.event.m3u8", lambda playlist: len(playlist.segments) >= count)
            expect(listed(text)[:len(before)] == before, f"lines have changed:\n{before}\n{text}")
            expect(playlist.tags["EXT-X-PLAYLIST-TYPE"] == "EVENT" and not playlist.ended, f"not an event: {text}")
            before = listed(text)
            show.expect_whole(playlist)
            expect_same_as_live(show)
        expect(show.fetch("main.vod.m3u8") is None, "a recording of a show that goes on")
        publishing.child.send_signal(signal.SIGINT)
        publishing.wait()
    playlist, text = show.wait_for("main.vod.m3u8", seconds=GRACE_SECONDS + 20)
    expect(playlist.ended and playlist.tags["EXT-X-PLAYLIST-TYPE"] == "VOD", f"not a whole show: {text}")
    expect(listed(text)[:len(before)] == before, f"the show is not what its event was:\n{before}\n{text}")
    media = show.expect_whole(playlist)
    pictures = show.expect_decodes("index.vod.m3u8")
    expect(pictures >= 25 * 9, f"only {pictures} pictures")
    show.podo.stop()
    show.start()
    again, text_again = show.wait_for("main.vod.m3u8")
    expect(text_again == text, f"after a restart the show is another:\n{text}\n{text_again}")
    expect(show.expect_whole(again) == media, "after a restart the media is other")
    expect(show.expect_decodes("index.vod.m3u8") == pictures, "after a restart there are other pictures")
    show.podo.stop()
    return pictures


def expect_same_as_live(show):
    """A segment that both playlists have is one of the window still: its bytes are the recorded ones."""
    live, _ = show.playlist("main.m3u8")
    folder = show.site.join(f"{show.name}-data/recordings/main/1/media")
    with open(folder, "rb") as file:
        recorded = file.read()
    whole = [segment for segment in live.segments[:-2] if segment.uri]
    expect(whole and show.fetch(whole[0].uri) in recorded, "the recording does not hold what was live")


def is_killed(site, clip, disk):
    """Killed at any moment, over and over: the show goes on, its numbers rise, and nothing is torn. With a slow disk it
    is mostly between media and the line that says they are there."""
    show, chance = RecordingPodo(site, "killed", disk.environment), random.Random(4)
    show.start()
    before, last_sequence, torn_count = [], -1, 0
    for number in range(KILL_COUNT):
        disk.becomes("slow" if number % 2 else "")
        with show.publish(clip):
            live, _ = show.wait_for("main.m3u8")
            expect(live.sequence > last_sequence, f"media sequence {live.sequence} after {last_sequence}")
            time.sleep(chance.uniform(0.5, 5))
            live, _ = show.wait_for("main.m3u8")
            last_sequence = live.sequence + len(live.segments) - 1
            show.podo.send(signal.SIGKILL)
            show.podo.wait(10)
        torn_count += show_is_torn(show)
        show.start()
        event, text = show.playlist("main.event.m3u8")
        expect(event is not None or not before, "the show is gone")
        if event is None:
            continue
        expect(listed(text)[:len(before)] == before, f"lines have changed:\n{before}\n{text}")
        show.expect_whole(event)
        before = listed(text)
    expect(torn_count > 0, "no kill came between media and journal: nothing was tried")
    # And at last one ends in order.
    disk.becomes("")
    with show.publish(clip) as publishing:
        show.wait_for("main.event.m3u8", lambda playlist: len(listed_after(playlist, before)) >= 3)
        publishing.child.send_signal(signal.SIGINT)
        publishing.wait()
    playlist, text = show.wait_for("main.vod.m3u8", seconds=GRACE_SECONDS + 20)
    expect(listed(text)[:len(before)] == before, "the show is not what its event was")
    show.expect_whole(playlist)
    show.expect_decodes("index.vod.m3u8")
    expect(os.listdir(show.site.join("killed-data/recordings/main")) == ["1"], "one show became several")
    show.podo.stop()
    discontinuities = sum(segment.discontinuity for segment in playlist.segments)
    return (f"killed {KILL_COUNT} times: one show of {len(playlist.segments)} segments, {discontinuities} "
            f"discontinuities, {torn_count} torn tails cut")


def listed_after(playlist, before):
    known = {line for line in before if not line.startswith("#")}
    return [segment for segment in playlist.segments if segment.uri not in known]


def show_is_torn(show):
    """Whether the process died with media in the file that the journal does not know."""
    folder = show.site.join("killed-data/recordings/main/1")
    if not os.path.exists(folder + "/journal"):
        return False
    with open(folder + "/journal") as file:
        lines = [line.split() for line in file if line.endswith("\n")]
    ends = [int(line[3]) + int(line[4]) for line in lines if line[0] in ("media", "init")]
    return os.path.getsize(folder + "/media") > max(ends, default=0)


def disk_is_full(site, clip, disk):
    """Nothing can be written for a while: live goes on, the recording has gaps, and goes on afterwards."""
    show = RecordingPodo(site, "full", disk.environment)
    show.start()
    with show.publish(clip) as publishing:
        event, text = show.wait_for("main.event.m3u8", lambda playlist: len(playlist.segments) >= 4)
        for word in ("full", "broken"):
            disk.becomes(word)
            expect_goes_on(show, seconds=6)
            show.expect_whole(show.playlist("main.event.m3u8")[0])
            count = len(show.playlist("main.event.m3u8")[0].segments)
            disk.becomes("")
            show.wait_for("main.event.m3u8", lambda playlist: len(playlist.segments) > count + 8)
        after, text_after = show.playlist("main.event.m3u8")
        expect(listed(text_after)[:len(listed(text))] == listed(text), "lines have changed")
        show.expect_whole(after)
        publishing.child.send_signal(signal.SIGINT)
        publishing.wait()
    playlist, text = show.wait_for("main.vod.m3u8", seconds=GRACE_SECONDS + 20)
    show.expect_whole(playlist)
    gap_count = sum(segment.gap for segment in playlist.segments)
    expect(gap_count > 4, f"only {gap_count} gaps:\n{text}")
    log = show.log()
    for reason in ("disk-full", "disk-error"):
        expect(log.count(f'"reason":"{reason}"') == 1, f"{reason} was not told once:\n{log[-3000:]}")
    expect(log.count('"recording resumed"') == 2, f"it was not told twice that it goes on:\n{log[-3000:]}")
    show.podo.stop()
    show.start()
    again, text_again = show.wait_for("main.vod.m3u8")
    expect(text_again == text, "after a restart the show is another")
    show.expect_whole(again)
    show.podo.stop()
    return f"{gap_count} gaps in {len(playlist.segments)} segments"


def expect_goes_on(show, seconds):
    """The live playlist gets a part as often as ever: none is late by more than a segment."""
    parts, longest, last_at = set(), 0, time.monotonic()
    end = last_at + seconds
    while time.monotonic() < end:
        live, _ = show.playlist("main.m3u8")
        expect(live is not None, "the live playlist is gone")
        now = {part.uri for segment in live.segments for part in segment.parts}
        if now - parts:
            longest, last_at = max(longest, time.monotonic() - last_at), time.monotonic()
            parts |= now
        time.sleep(0.02)
    expect(longest < 1, f"no part came for {longest:.2f} s")
    return longest


def disk_is_slow(site, clip, disk):
    """Every sync takes 2 s: live does not notice, and nothing is lost."""
    show = RecordingPodo(site, "slow", disk.environment)
    disk.becomes("slow")
    show.start()
    with show.publish(clip) as publishing:
        show.wait_for("main.m3u8")
        longest = expect_goes_on(show, seconds=15)
        publishing.child.send_signal(signal.SIGINT)
        publishing.wait()
    playlist, text = show.wait_for("main.vod.m3u8", seconds=GRACE_SECONDS + 40)
    show.expect_whole(playlist)
    expect(not any(segment.gap for segment in playlist.segments), f"something was lost:\n{text}")
    expect(len(playlist.segments) >= 14, f"only {len(playlist.segments)} segments:\n{text}")
    show.expect_decodes("index.vod.m3u8")
    disk.becomes("")
    show.podo.stop()
    return f"longest wait for a part {longest:.2f} s, {len(playlist.segments)} segments, none lost"


def disk_is_small(site, clip):
    """A real file system of 3 MiB, where this user may mount one."""
    show = RecordingPodo(site, "small")
    folder = site.join("small-data/recordings")
    os.makedirs(folder, mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", folder], stderr=subprocess.DEVNULL)
    if mounted.returncode != 0:
        return "no file system could be mounted here: a small disk was not tried"
    try:
        show.start()
        with show.publish(clip):
            show.wait_for("main.event.m3u8")
            deadline = time.monotonic() + 60
            while '"reason":"disk-full"' not in show.log():
                expect(time.monotonic() < deadline, "3 MiB were not full in 60 s")
                time.sleep(0.2)
            expect_goes_on(show, seconds=4)
            before, _ = show.playlist("main.event.m3u8")
            show.expect_whole(before)
            subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
            after, _ = show.wait_for(
                "main.event.m3u8", lambda playlist: len(playlist.segments) > len(before.segments) + 5)
            show.expect_whole(after)
            gap_count = sum(segment.gap for segment in after.segments)
        show.podo.stop()
        return f"a disk of 3 MiB was full after {len(before.segments)} segments, went on after {gap_count} gaps"
    finally:
        show.podo.stop()
        subprocess.run(["umount", folder], check=False)
