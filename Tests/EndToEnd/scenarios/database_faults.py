"""The database of a Podo that streams is killed, away, out of room, or of another schema: what the fault matrix
promises (F-01, F-07, F-08, F-11), with the whole program."""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from support.figures import milliseconds
from support.ingest import make_clip
from support.private_database import PrivateDatabase, readiness, state
from support.publishers import Publishing
from support.scenario import expect, expect_alive
from support.servers import Podo
from support.tools import require

KEEPER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support/cluster_keeper.py")
BACK_SECONDS_MAX = 10
KILL_COUNT, KILL_SECONDS_MAX = 50, 300
# What libpq would believe of another server; the private one is none of it.
MISLEADING = {"PGPORT": "1", "PGHOSTADDR": "192.0.2.1", "PGSERVICE": "nowhere", "PGOPTIONS": "-c search_path=nowhere"}


def run(site):
    require(tools=("ffmpeg",))
    said = [killed(site), away(site), other_schema(site)]
    with small_disk(site, "data") as disk:
        said.append("no file system could be mounted here: full disks were not tried" if disk is None
                    else full_data(site, disk))
    with small_disk(site, "wal") as disk:
        if disk is not None:
            said.append(full_log(site, disk))
    return ", ".join(said)


class Stream:
    """A stream on the air, and a viewer who asks for its playlist all the time."""

    def __init__(self, site, podo, key):
        clip = make_clip(site.join("show.flv"), seconds=10)
        self.publishing = Publishing(
            ["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", clip, "-map", "0", "-c", "copy",
             "-f", "flv", f"rtmp://127.0.0.1:{podo.rtmp_port}/live/{key}"])
        self.url = f"http://127.0.0.1:{podo.http_port}/p/main/index.plain.m3u8"
        self.failures, self.segments, self.is_over = [], 0, False
        self.viewer = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        podo_ready = time.monotonic() + 20
        while self.newest() == 0:
            expect(time.monotonic() < podo_ready, "the stream did not come on the air")
            time.sleep(0.2)
        self.viewer.start()
        return self

    def __exit__(self, *error):
        self.is_over = True
        self.viewer.join(10)
        self.publishing.__exit__()

    def ask(self, url):
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    def newest(self):
        """The number of the newest segment; 0 when there is none yet."""
        try:
            text = self.ask(self.url)
            if "#EXT-X-STREAM-INF" in text:
                names = [line for line in text.splitlines() if line and not line.startswith("#")]
                text = self.ask(urllib.parse.urljoin(self.url, names[0]))
        except OSError as error:
            self.failures.append(str(error))
            return 0
        first = re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", text)
        return int(first[1]) + text.count("#EXTINF:") if first else 0

    def watch(self):
        self.failures.clear()
        while not self.is_over:
            self.segments = max(self.segments, self.newest())
            time.sleep(0.2)

    def expect_going_on(self, seconds=6):
        before, end = self.segments, time.monotonic() + seconds
        while self.segments <= before:
            expect(time.monotonic() < end, "the stream stood still")
            time.sleep(0.1)
        expect(not self.failures, f"the viewer was refused: {self.failures[:2]}")


def streaming(site, name, data_directory=None, **more):
    key = secrets.token_hex(16)
    podo = Podo(site, name, data_directory=data_directory,
                environment={"PODO_STREAM_KEYS": f"main={key}", "PODO_OPEN_GATE": "true"} | more).start()
    return podo, Stream(site, podo, key)


def wait_for_database(podo, wanted, seconds=BACK_SECONDS_MAX):
    """Waits until `/readyz` says so, and returns how long it took; it must say 200 all the time."""
    begin = time.monotonic()
    while True:
        said = readiness(podo)
        expect(said, "without its database Podo called itself not ready")
        if said["checks"]["database"] == wanted:
            expect(said["status"] == ("ready" if wanted == "up" else "degraded"), f"it calls itself {said['status']}")
            return time.monotonic() - begin
        expect(time.monotonic() - begin < seconds, f"the database was not {wanted} within {seconds} s: {state(podo)}")
        time.sleep(0.05)


def events(podo, name):
    with open(podo.log_path, encoding="utf-8", errors="replace") as log:
        return [line for line in log if f'"event":"{name}"' in line]


def killed(site):
    """F-01: streams go on, and the database is back by itself with everything that was committed."""
    podo, stream = streaming(site, "killed", **MISLEADING)
    database = PrivateDatabase(podo.data_directory)
    database.query("CREATE TABLE ledger (id bigserial PRIMARY KEY)")
    number, end = 0, time.monotonic() + KILL_SECONDS_MAX
    with stream:
        while number < KILL_COUNT and time.monotonic() < end:
            number += 1
            database.query("INSERT INTO ledger DEFAULT VALUES")
            os.kill(database.postmaster(), signal.SIGKILL)
            podo.wait_until(lambda number=number: state(podo).get("starts") == number + 1
                            and state(podo).get("phase") == "running", seconds=BACK_SECONDS_MAX)
            wait_for_database(podo, "up")
            expect(database.query("SELECT count(*) FROM ledger") == str(number), "a committed row was lost")
        stream.expect_going_on()
    expect(number >= KILL_COUNT // 2, f"only {number} kills in {KILL_SECONDS_MAX} s")
    expect(podo.stop(seconds=40) == 0, "it did not end with 0")
    database.expect_nothing_left()
    return f"killed {number} times and back with everything, the stream unbroken"


@contextlib.contextmanager
def keeper():
    """A PostgreSQL that is not Podo's, and what it is told by."""
    child = subprocess.Popen([sys.executable, KEEPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answer():
        said = json.loads(child.stdout.readline())
        expect("error" not in said, f"the server for the test: {said}")
        return said

    def tell(command):
        child.stdin.write(command + "\n")
        child.stdin.flush()
        return answer()

    try:
        yield answer(), tell
    finally:
        child.stdin.close()
        child.wait(60)


def away(site):
    """A server elsewhere goes away and comes back; one that is not there at the start is waited for."""
    with keeper() as (server, tell):
        url = f"postgresql:///postgres?host={server['directory']}&user=podo"
        podo, stream = streaming(site, "away", PODO_DATABASE_URL=url)
        with stream:
            tell("fast")
            wait_for_database(podo, "away")
            expect(state(podo)["reason"], "it is not said why the database is away")
            stream.expect_going_on()
            tell("start")
            seconds = wait_for_database(podo, "up")
        expect(podo.stop(seconds=40) == 0, "it did not end with 0")
        tell("fast")
        waiting = Podo(site, "waiting", environment={"PODO_DATABASE_URL": url})
        waiting.wait_until(lambda: events(waiting, "database waited for"))
        tell("start")
        waiting.start()
        waiting.stop(seconds=40)
        tell("fast")
        told = Podo(site, "told", environment={"PODO_DATABASE_URL": url})
        told.wait_until(lambda: events(told, "database waited for"))
        expect(told.stop(seconds=10) == 0, "it could not be told to end while it waited")
    return f"away and noticed back in {milliseconds(seconds)}"


def other_schema(site):
    """F-11: a database of a newer Podo is refused with clear words, by every command, and one of an older Podo where it is
    not to be brought up to date."""
    older = Podo(site, "older", environment={"PODO_DATABASE_MIGRATE": "false"})
    expect(older.wait(60) == 1 and "the database lacks migration 1" in older.log_tail(),
           f"it started without a schema, or did not say why not: {older.log_tail()}")
    podo = Podo(site, "schema").start()
    database = PrivateDatabase(podo.data_directory)
    database.query("""
        CREATE TABLE IF NOT EXISTS podo_migration (
            number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now());
        INSERT INTO podo_migration (number, name, checksum) VALUES (9999, 'from the future', 'x')""")
    words = "migration 9999 (from the future), which this Podo does not know"
    said = command(podo, "doctor")
    expect(said.returncode == 1 and words in said.stdout, f"doctor: {said}")
    expect(podo.stop(seconds=40) == 0, "it did not end with 0")
    newer = Podo(site, "newer", data_directory=podo.data_directory)
    expect(newer.wait(60) == 1 and words in newer.log_tail(), f"it started, or did not say why: {newer.log_tail()}")
    said = command(podo, "migrate")
    expect(said.returncode == 1 and words in said.stderr, f"migrate: {said}")
    database.expect_nothing_left()
    return "an older and a newer schema refused"


def command(podo, *words):
    environment = {"PATH": os.environ["PATH"], "PODO_DATA_DIR": podo.data_directory}
    return subprocess.run([podo.child.args[-2], *words], env=environment, text=True, capture_output=True, timeout=60,
                          check=False)


# --- Full disks


@contextlib.contextmanager
def small_disk(site, name):
    """A file system of its own; None where this user may mount none."""
    folder = tempfile.mkdtemp(prefix=f"podo-{name}-")
    os.chmod(folder, 0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200m,mode=755", "tmpfs", folder], stderr=subprocess.DEVNULL, check=False)
    try:
        yield folder if mounted.returncode == 0 else None
    finally:
        for server in site.servers:
            server.stop(seconds=40)
        if mounted.returncode == 0:
            subprocess.run(["umount", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def fill(folder, leave):
    """Leaves so many bytes free."""
    with open(folder + "/ballast", "wb") as file:
        status = os.statvfs(folder)
        remaining = status.f_bavail * status.f_frsize - leave
        while remaining > 0:
            remaining -= file.write(bytes(min(remaining, 1 << 20)))


def moved_log(database, folder):
    """Moves the log of changes to a place of its own, as an operator would. Podo is stopped."""
    own, place = database.directory + "/pg_wal", folder + "/pg_wal"
    status = os.stat(own)
    shutil.copytree(own, place)
    for path, _, files in os.walk(place):
        for name in [path] + [os.path.join(path, file) for file in files]:
            os.chown(name, status.st_uid, status.st_gid)
    os.chmod(place, 0o700)
    shutil.rmtree(own)
    os.symlink(place, own)


def full_data(site, disk):
    """F-07: reads go on and writes are refused, the log says why, and it is over when there is room."""
    podo = Podo(site, "full-data", data_directory=disk + "/data").start()
    database = PrivateDatabase(podo.data_directory)
    expect(podo.stop(seconds=40) == 0, "it did not end with 0")
    log_place = tempfile.mkdtemp(prefix="podo-log-")
    os.chmod(log_place, 0o755)
    try:
        moved_log(database, log_place)
        podo = Podo(site, "full-data-again", data_directory=disk + "/data").start()
        database.query("CREATE TABLE ledger AS SELECT 1 AS id")
        fill(disk, leave=4 << 20)
        refused = ""
        try:
            database.query("CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 50000)")
        except subprocess.CalledProcessError as error:
            refused = error.stderr
        expect("No space left on device" in refused, f"a write into a full disk was not refused: {refused}")
        expect(database.query("SELECT id FROM ledger") == "1", "a full disk stopped reads")
        wait_for_database(podo, "up")
        podo.wait_until(lambda: events(podo, "database disk full"))
        os.remove(disk + "/ballast")
        database.query("INSERT INTO ledger VALUES (2)")
        database.query("CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 5000)")
        expect(state(podo)["starts"] == 1, "it took a restart")
        expect_alive(podo)
        podo.stop(seconds=40)
    finally:
        shutil.rmtree(log_place, ignore_errors=True)
    return "data disk full: reads go on, writes again without a restart"


def full_log(site, disk):
    """F-08: the server is down; Podo is not, says why, and is back by itself when there is room."""
    podo = Podo(site, "full-log").start()
    database = PrivateDatabase(podo.data_directory)
    database.query("CREATE TABLE ledger AS SELECT 1 AS id")
    expect(podo.stop(seconds=40) == 0, "it did not end with 0")
    moved_log(database, disk)
    podo, stream = streaming(site, "full-log-again", podo.data_directory)
    with stream:
        fill(disk, leave=1 << 20)
        with contextlib.suppress(subprocess.SubprocessError):
            database.query("CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 100000)")
        wait_for_database(podo, "away", seconds=30)
        podo.wait_until(lambda: events(podo, "database disk full"))
        podo.wait_until(lambda: "No space left on device" in (state(podo).get("reason") or ""), seconds=20)
        stream.expect_going_on()
        os.remove(disk + "/ballast")
        seconds = wait_for_database(podo, "up", seconds=40)
        expect(database.query("SELECT id FROM ledger") == "1", "what was committed is gone")
        database.query("INSERT INTO ledger VALUES (2)")
        stream.expect_going_on()
    expect_alive(podo)
    return f"log disk full: the cause named, the stream unbroken, back in {milliseconds(seconds)}"
