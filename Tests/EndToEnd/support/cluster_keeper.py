#!/usr/bin/python3
"""Keeps a throw-away PostgreSQL for whoever started this: `cluster_keeper.py [--standby-of=DIR] [name=value …]`, settings
of the server. It is a standby of the one whose socket is in DIR, until it is told to `promote`.

It is fast and forgets everything when the machine does. One line of JSON on standard output says where it is; then each
line on standard input is a command (`start`, `fast`, `immediate`, `kill`, `pause`, `resume`, `promote`) that is answered by one
line of JSON. When standard input ends, or the parent does, the server is stopped and its directory is gone, however
that parent ended. As root the server runs as `postgres`, or `nobody` where there is no such user.
"""

import ctypes
import glob
import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 60
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
SETTINGS = ["listen_addresses=", "fsync=off", "full_page_writes=off", "shared_buffers=64MB",
            "max_connections=200", "log_min_duration_statement=-1", "logging_collector=off"]


class KeeperError(Exception):
    """Why the server is not as it was asked for, in words for whoever reads the test."""


def find_binaries():
    """The directory of the newest PostgreSQL that has what a server needs."""
    found = glob.glob("/usr/lib/postgresql/*/bin")
    found.sort(key=lambda path: int(path.split("/")[-2]) if path.split("/")[-2].isdigit() else 0, reverse=True)
    for directory in found + os.environ.get("PATH", "").split(":"):
        if all(os.access(os.path.join(directory, name), os.X_OK) for name in ("postgres", "initdb", "psql")):
            return directory
    raise KeeperError("no PostgreSQL is installed; scripts/setup installs it")


def drop_privileges():
    if os.getuid() != 0:
        return
    names = [entry.pw_name for entry in pwd.getpwall()]
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def die_with_parent():
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGQUIT)


class Cluster:
    def __init__(self, settings, primary):
        self.primary = primary
        self.binaries = find_binaries()
        self.directory = tempfile.mkdtemp(prefix="podo-pg-", dir="/tmp")
        self.data = self.directory + "/data"
        self.log = self.directory + "/log"
        self.settings = SETTINGS + settings
        self.server = None

    def initialise(self):
        if self.primary is None:
            self.run("initdb", "-A", "trust", "-U", "podo", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                     "--no-instructions")
        else:
            self.run("pg_basebackup", "-h", self.primary, "-U", "podo", "-R", "-c", "fast", "--no-sync")

    def run(self, program, *arguments):
        done = subprocess.run(
            [f"{self.binaries}/{program}", "-D", self.data, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise KeeperError(f"{program} failed: " + done.stdout[-2000:])

    def start(self):
        if self.server is not None and self.server.poll() is None:
            raise KeeperError("the server runs already")
        deadline = time.monotonic() + START_SECONDS
        while not self.started_by(deadline):
            # Backends of a killed postmaster hold its memory until they notice.
            if "pre-existing shared memory" not in self.log_tail() or time.monotonic() > deadline:
                raise KeeperError("the server did not start: " + self.log_tail())
            time.sleep(0.1)

    def started_by(self, deadline):
        """Tries once; false when the server ends instead."""
        arguments = [self.binaries + "/postgres", "-D", self.data, "-k", self.directory]
        for setting in self.settings:
            arguments += ["-c", setting]
        with open(self.log, "ab") as log:
            self.server = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        while not self.is_ready():
            if self.server.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise KeeperError("the server did not become ready: " + self.log_tail())
            time.sleep(0.01)
        return True

    def is_ready(self):
        """The last line of postmaster.pid says when connections are taken."""
        try:
            with open(self.data + "/postmaster.pid", encoding="utf-8") as file:
                lines = file.read().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(self.server.pid) and lines[7].strip() == "ready"

    def signal(self, number):
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(number)

    def end(self, number):
        self.signal(number)
        if self.server is None:
            return
        try:
            self.server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise KeeperError("the server did not end") from error
        finally:
            self.server.kill()

    def log_tail(self):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                return log.read()[-2000:]
        except OSError:
            return ""

    def remove(self):
        """Backends of a killed server notice and write a little longer."""
        for _ in range(50):
            shutil.rmtree(self.directory, ignore_errors=True)
            if not os.path.exists(self.directory):
                return
            time.sleep(0.1)

    def obey(self, command):
        match command:
            case "start": self.start()
            case "fast": self.end(signal.SIGINT)
            case "immediate": self.end(signal.SIGQUIT)
            case "kill": self.end(signal.SIGKILL)
            case "pause": self.signal(signal.SIGSTOP)
            case "resume": self.signal(signal.SIGCONT)
            case "promote": self.run("pg_ctl", "promote", "-w")
            case _: raise KeeperError(f"{command} is not a command")

    def state(self):
        pid = self.server.pid if self.server is not None and self.server.poll() is None else None
        return {"directory": self.directory, "binaries": self.binaries, "pid": pid, "log": self.log}


def say(answer):
    print(json.dumps(answer), flush=True)


def commands(parent):
    """Lines of standard input, until it ends or the parent is another one."""
    rest = b""
    while os.getppid() == parent:
        if not select.select([0], [], [], 0.25)[0]:
            continue
        came = os.read(0, 4096)
        if not came:
            return
        *lines, rest = (rest + came).split(b"\n")
        yield from (line.decode() for line in lines)


def main(settings):
    parent = os.getppid()
    if os.getpgrp() != os.getpid():
        os.setsid()  # Ctrl-C at the terminal is for the tests: the keeper ends after them.
    os.umask(0o077)
    try:
        drop_privileges()
        primaries = [text.partition("=")[2] for text in settings if text.startswith("--standby-of=")]
        cluster = Cluster([text for text in settings if not text.startswith("--")], primaries[0] if primaries else None)
    except (KeeperError, OSError) as error:
        say({"error": str(error)})
        return
    try:
        cluster.initialise()
        cluster.start()
        say(cluster.state())
        for command in commands(parent):
            try:
                cluster.obey(command)
                say(cluster.state())
            except KeeperError as error:
                say({"error": str(error)})
    except KeeperError as error:
        say({"error": str(error)})
    except BrokenPipeError:
        pass  # Nobody is left to tell.
    finally:
        cluster.signal(signal.SIGCONT)
        cluster.end(signal.SIGQUIT)
        cluster.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
