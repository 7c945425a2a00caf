"""`podo serve` in an empty directory, as root and as an ordinary user: its database is made, found again after every kind
of end, and never left alone."""

import os
import pwd
import shutil
import signal
import subprocess
import time

from support.figures import milliseconds
from support.private_database import PrivateDatabase, readiness
from support.scenario import expect, expect_alive
from support.servers import PODO, Podo

ORDINARY = "nobody"
SECOND_START_SECONDS_MAX = 3
ROW = "SELECT note FROM keepsake"


def run(site):
    if os.getuid() != 0:
        return f"as {pwd.getpwuid(os.getuid()).pw_name}: " + starts(site, "own", None)
    # Another user sees neither the temporary directory of this one nor, perhaps, the checkout.
    os.chmod(site.path, 0o755)
    for name in (site.certificate, site.key):
        os.chmod(name, 0o644)
    binary = site.join("podo-binary")
    shutil.copy(PODO, binary)
    os.chmod(binary, 0o755)
    return "as root: " + starts(site, "root", None) + f"; as {ORDINARY}: " + starts(site, ORDINARY, binary)


def starts(site, name, binary):
    data = site.join(f"{name}-data")
    user = None if binary is None else pwd.getpwnam(ORDINARY)
    if user:
        os.mkdir(data, 0o700)
        os.chown(data, user.pw_uid, user.pw_gid)
    database = PrivateDatabase(data)

    def start(number):
        begin = time.monotonic()
        podo = Podo(site, f"{name}-{number}", data_directory=data, user=user, binary=binary)
        podo.wait_until(lambda: readiness(podo).get("checks", {}).get("database") == "up", seconds=60)
        return podo, time.monotonic() - begin

    podo, first_seconds = start("first")
    database.query("CREATE TABLE keepsake AS SELECT 'kept' AS note")
    refuses_second(site, name, data, user, binary)
    expect_alive(podo)
    expect(podo.stop(seconds=40) == 0, "it did not end with 0")
    database.expect_nothing_left()
    expect(not os.path.exists(database.directory + "/postmaster.pid"), "the database was not ended in order")

    podo, second_seconds = start("second")
    expect(second_seconds < SECOND_START_SECONDS_MAX, f"the second start took {second_seconds:.1f} s")
    killed_seconds = []
    for number, victims in enumerate([("podo",), ("postmaster", "podo"), ("podo", "postmaster")]):
        kill(podo, database, victims)
        podo, seconds = start(f"killed-{number}")
        killed_seconds.append(seconds)
        expect(database.query(ROW) == "kept", f"after {victims} were killed the row was gone")
        expect_one_server(podo, database)
    postmaster = database.postmaster()
    os.kill(postmaster, signal.SIGKILL)
    podo.wait_until(lambda: os.path.exists(database.directory + "/postmaster.pid")
                    and database.postmaster() != postmaster and answers(database), seconds=15)
    expect_one_server(podo, database)
    expect(podo.stop(seconds=40) == 0, "it did not end with 0")
    database.expect_nothing_left()
    return (f"first start {milliseconds(first_seconds)}, second {milliseconds(second_seconds)}, after kill -9 at most "
            f"{milliseconds(max(killed_seconds))}, nothing left over")


def answers(database):
    try:
        return database.query(ROW) == "kept"
    except (subprocess.CalledProcessError, ValueError):
        return False


def kill(podo, database, victims):
    for victim in victims:
        try:
            os.kill(podo.pid if victim == "podo" else database.postmaster(), signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            continue  # It went with the one before.
    podo.wait(10)


def expect_one_server(podo, database):
    """The postmaster is Podo's own child, and everybody else in the directory is the postmaster's."""
    for pid in database.processes():
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                parent = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        expect(parent in (podo.pid, database.postmaster()), f"process {pid} of the database belongs to {parent}")


def refuses_second(site, name, data, user, binary):
    second = Podo(site, f"{name}-refused", data_directory=data, user=user, binary=binary)
    expect(second.wait(10) == 1, "a second Podo on the same directory was not refused")
    expect("is in use by the Podo with pid" in second.log_tail(), f"it did not say why: {second.log_tail()}")
